using System.Buffers;

namespace InternalChat.Protocol.Writing;

/// <summary>
/// Writes what the server says, each method under its line of the grammar. Every method appends exactly one whole line, allocates
/// nothing, and is as safe from several threads as the writer it is given.
/// </summary>
public static class ServerFrames
{
    /// <summary>Bytes of a FROM line beyond its body, at most.</summary>
    public const int MaxFromOverhead = LineOverhead + WireLimits.MaxUserNameBytes;

    private const int LineOverhead = 64;

    /// <summary><c>OK hello</c></summary>
    public static void OkHello(IBufferWriter<byte> output) => Ok(output, WireTokens.OkHello);

    /// <summary><c>OK registered</c></summary>
    public static void OkRegistered(IBufferWriter<byte> output) => Ok(output, WireTokens.OkRegistered);

    /// <summary><c>OK authenticated</c></summary>
    public static void OkAuthenticated(IBufferWriter<byte> output) => Ok(output, WireTokens.OkAuthenticated);

    /// <summary><c>OK bye</c></summary>
    public static void OkBye(IBufferWriter<byte> output) => Ok(output, WireTokens.OkBye);

    /// <summary><c>OK queued &lt;id&gt;</c></summary>
    public static void OkQueued(IBufferWriter<byte> output, long id) => OkNumber(output, WireTokens.OkQueued, id);

    /// <summary><c>OK read &lt;id&gt;</c></summary>
    public static void OkRead(IBufferWriter<byte> output, long id) => OkNumber(output, WireTokens.OkRead, id);

    /// <summary><c>OK blocked &lt;user&gt;</c></summary>
    public static void OkBlocked(IBufferWriter<byte> output, in UserName user) => OkName(output, WireTokens.OkBlocked, user);

    /// <summary><c>OK unblocked &lt;user&gt;</c></summary>
    public static void OkUnblocked(IBufferWriter<byte> output, in UserName user) => OkName(output, WireTokens.OkUnblocked, user);

    /// <summary><c>ERROR &lt;code&gt; &lt;reason&gt;</c></summary>
    public static void Error(IBufferWriter<byte> output, ErrorCode code) => Error(output, code, WireErrors.Reason(code));

    /// <summary><c>ERROR &lt;code&gt; &lt;reason&gt;</c></summary>
    /// <param name="output">Where the line goes.</param>
    /// <param name="code">The code that programs act on.</param>
    /// <param name="reason">One short English sentence without a line end.</param>
    public static void Error(IBufferWriter<byte> output, ErrorCode code, ReadOnlySpan<byte> reason) =>
        FrameBuilder.Start(output, LineOverhead + reason.Length)
            .Text(WireTokens.Error).Space().Text(WireErrors.Code(code)).Space().Text(reason).End(output);

    /// <summary><c>PONG</c></summary>
    public static void Pong(IBufferWriter<byte> output) => FrameBuilder.Start(output, LineOverhead).Text(WireTokens.Pong).End(output);

    /// <summary><c>FROM &lt;id&gt; &lt;sender&gt; &lt;timestamp&gt; &lt;body&gt;</c></summary>
    public static void From(IBufferWriter<byte> output, long id, ReadOnlySpan<byte> sender, long timestamp, ReadOnlySpan<byte> body) =>
        FrameBuilder.Start(output, LineOverhead + sender.Length + body.Length)
            .Text(WireTokens.From).Space().Number(id).Space().Text(sender).Space().Number(timestamp).Space().Text(body).End(output);

    /// <summary><c>FROM &lt;id&gt; &lt;sender&gt; &lt;timestamp&gt; &lt;body&gt;</c></summary>
    public static void From(IBufferWriter<byte> output, long id, in UserName sender, long timestamp, ReadOnlySpan<byte> body) =>
        FrameBuilder.Start(output, LineOverhead + WireLimits.MaxUserNameBytes + body.Length)
            .Text(WireTokens.From).Space().Number(id).Space().Name(sender).Space().Number(timestamp).Space().Text(body).End(output);

    /// <summary><c>DELIVERED &lt;id&gt;</c></summary>
    public static void Delivered(IBufferWriter<byte> output, long id) =>
        FrameBuilder.Start(output, LineOverhead).Text(WireTokens.Delivered).Space().Number(id).End(output);

    /// <summary><c>READ &lt;id&gt; &lt;username&gt;</c></summary>
    public static void Read(IBufferWriter<byte> output, long id, in UserName reader) =>
        FrameBuilder.Start(output, LineOverhead + WireLimits.MaxUserNameBytes)
            .Text(WireTokens.Read).Space().Number(id).Space().Name(reader).End(output);

    /// <summary><c>INFO history_count &lt;n&gt;</c></summary>
    public static void HistoryCount(IBufferWriter<byte> output, int count) =>
        FrameBuilder.Start(output, LineOverhead)
            .Text(WireTokens.Info).Space().Text(WireTokens.InfoHistoryCount).Space().Number(count).End(output);

    /// <summary><c>INFO history &lt;id&gt; &lt;sender&gt; &lt;timestamp&gt; &lt;body&gt;</c></summary>
    public static void History(IBufferWriter<byte> output, long id, ReadOnlySpan<byte> sender, long timestamp, ReadOnlySpan<byte> body) =>
        FrameBuilder.Start(output, LineOverhead + sender.Length + body.Length)
            .Text(WireTokens.Info).Space().Text(WireTokens.InfoHistory).Space().Number(id).Space().Text(sender).Space()
            .Number(timestamp).Space().Text(body).End(output);

    /// <summary><c>INFO user_online &lt;name&gt;</c></summary>
    public static void UserOnline(IBufferWriter<byte> output, in UserName user) => InfoName(output, WireTokens.InfoUserOnline, user);

    /// <summary><c>INFO user_offline &lt;name&gt;</c></summary>
    public static void UserOffline(IBufferWriter<byte> output, in UserName user) => InfoName(output, WireTokens.InfoUserOffline, user);

    /// <summary><c>INFO server_shutdown</c></summary>
    public static void ServerShutdown(IBufferWriter<byte> output) =>
        FrameBuilder.Start(output, LineOverhead).Text(WireTokens.Info).Space().Text(WireTokens.InfoServerShutdown).End(output);

    /// <summary><c>INFO notice &lt;text&gt;</c></summary>
    /// <param name="output">Where the line goes.</param>
    /// <param name="text">
    /// What the operator says: UTF-8 without a line end or NUL, at most <see cref="WireLimits.MaxBodyBytes"/>, as a message.
    /// </param>
    public static void Notice(IBufferWriter<byte> output, ReadOnlySpan<byte> text) =>
        FrameBuilder.Start(output, LineOverhead + text.Length)
            .Text(WireTokens.Info).Space().Text(WireTokens.InfoNotice).Space().Text(text).End(output);

    private static void Ok(IBufferWriter<byte> output, ReadOnlySpan<byte> message) =>
        FrameBuilder.Start(output, LineOverhead).Text(WireTokens.Ok).Space().Text(message).End(output);

    private static void OkNumber(IBufferWriter<byte> output, ReadOnlySpan<byte> message, long number) =>
        FrameBuilder.Start(output, LineOverhead).Text(WireTokens.Ok).Space().Text(message).Space().Number(number).End(output);

    private static void OkName(IBufferWriter<byte> output, ReadOnlySpan<byte> message, in UserName name) =>
        FrameBuilder.Start(output, LineOverhead + WireLimits.MaxUserNameBytes)
            .Text(WireTokens.Ok).Space().Text(message).Space().Name(name).End(output);

    private static void InfoName(IBufferWriter<byte> output, ReadOnlySpan<byte> message, in UserName name) =>
        FrameBuilder.Start(output, LineOverhead + WireLimits.MaxUserNameBytes)
            .Text(WireTokens.Info).Space().Text(message).Space().Name(name).End(output);
}
