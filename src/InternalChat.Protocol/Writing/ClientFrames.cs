using System.Buffers;

namespace InternalChat.Protocol.Writing;

/// <summary>
/// Writes what a client says, each method under its line of the grammar. Appends exactly one whole line; allocates nothing. Checks
/// nothing: what the server refuses is the server's to say, but no argument may contain a line end.
/// </summary>
public static class ClientFrames
{
    private const int LineOverhead = 64;

    /// <summary><c>HELLO &lt;version&gt;</c></summary>
    public static void Hello(IBufferWriter<byte> output, int version) =>
        FrameBuilder.Start(output, LineOverhead).Text(WireTokens.Hello).Space().Number(version).End(output);

    /// <summary><c>AUTH &lt;username&gt; &lt;password&gt;</c></summary>
    public static void Auth(IBufferWriter<byte> output, ReadOnlySpan<byte> userName, ReadOnlySpan<byte> password) =>
        Words(output, WireTokens.Auth, userName, password);

    /// <summary><c>MSG &lt;user&gt; &lt;body&gt;</c></summary>
    public static void Msg(IBufferWriter<byte> output, ReadOnlySpan<byte> user, ReadOnlySpan<byte> body) =>
        Words(output, WireTokens.Msg, user, body);

    /// <summary><c>LIST</c></summary>
    public static void List(IBufferWriter<byte> output) => Bare(output, WireTokens.List);

    /// <summary><c>HISTORY &lt;user&gt; [limit]</c></summary>
    public static void History(IBufferWriter<byte> output, ReadOnlySpan<byte> user, int limit) =>
        FrameBuilder.Start(output, LineOverhead + user.Length)
            .Text(WireTokens.History).Space().Text(user).Space().Number(limit).End(output);

    /// <summary><c>READ &lt;id&gt;</c></summary>
    public static void Read(IBufferWriter<byte> output, long id) =>
        FrameBuilder.Start(output, LineOverhead).Text(WireTokens.Read).Space().Number(id).End(output);

    /// <summary><c>BLOCK &lt;user&gt;</c></summary>
    public static void Block(IBufferWriter<byte> output, ReadOnlySpan<byte> user) => Word(output, WireTokens.Block, user);

    /// <summary><c>UNBLOCK &lt;user&gt;</c></summary>
    public static void Unblock(IBufferWriter<byte> output, ReadOnlySpan<byte> user) => Word(output, WireTokens.Unblock, user);

    /// <summary><c>PING</c></summary>
    public static void Ping(IBufferWriter<byte> output) => Bare(output, WireTokens.Ping);

    /// <summary><c>QUIT</c></summary>
    public static void Quit(IBufferWriter<byte> output) => Bare(output, WireTokens.Quit);

    private static void Bare(IBufferWriter<byte> output, ReadOnlySpan<byte> verb) =>
        FrameBuilder.Start(output, LineOverhead).Text(verb).End(output);

    private static void Word(IBufferWriter<byte> output, ReadOnlySpan<byte> verb, ReadOnlySpan<byte> word) =>
        FrameBuilder.Start(output, LineOverhead + word.Length).Text(verb).Space().Text(word).End(output);

    private static void Words(IBufferWriter<byte> output, ReadOnlySpan<byte> verb, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        FrameBuilder.Start(output, LineOverhead + first.Length + second.Length)
            .Text(verb).Space().Text(first).Space().Text(second).End(output);
}
