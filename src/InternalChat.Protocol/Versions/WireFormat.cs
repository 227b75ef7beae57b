using System.Buffers;
using System.Text;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Protocol.Versions;

/// <summary>
/// One version of the wire as a server speaks it: how a client's lines are understood, and how each frame is written. A connection has
/// one at a time, and everything that is said on it is said through that one.
/// </summary>
/// <remarks>
/// Without state and safe from any thread. Every writer appends exactly one whole line and allocates nothing. Clients write and read
/// with <see cref="ClientFrames"/> and <see cref="ServerFrameParser"/>.
/// </remarks>
public abstract class WireFormat
{
    /// <summary>Version 1, docs/protocol.md: what every connection begins with.</summary>
    public static WireFormat Version1 { get; } = new WireVersion1();

    /// <summary>What HELLO calls this version.</summary>
    public abstract ReadOnlySpan<byte> Version { get; }

    /// <summary>Bytes of the line of a message beyond its body, at most.</summary>
    public abstract int MaxFromOverhead { get; }

    /// <summary>The word of an error code. It is the same in every version, and is what logs and metrics call the error.</summary>
    public static string Word(ErrorCode code) => Encoding.ASCII.GetString(WireErrors.Code(code));

    /// <summary>Parses one line of a client (without its line end).</summary>
    /// <returns><see cref="ParseError.None"/>, or why <paramref name="command"/> is empty.</returns>
    public abstract ParseError Parse(ReadOnlySpan<byte> line, out Command command);

    /// <summary>The reply to HELLO.</summary>
    public abstract void OkHello(IBufferWriter<byte> output);

    /// <summary>The reply to AUTH that created the account.</summary>
    public abstract void OkRegistered(IBufferWriter<byte> output);

    /// <summary>The reply to AUTH of a user who has an account.</summary>
    public abstract void OkAuthenticated(IBufferWriter<byte> output);

    /// <summary>The reply to QUIT.</summary>
    public abstract void OkBye(IBufferWriter<byte> output);

    /// <summary>The reply to a message that is stored and was not handed over yet.</summary>
    public abstract void OkQueued(IBufferWriter<byte> output, long id);

    /// <summary>The reply to READ.</summary>
    public abstract void OkRead(IBufferWriter<byte> output, long id);

    /// <summary>The reply to BLOCK.</summary>
    public abstract void OkBlocked(IBufferWriter<byte> output, in UserName user);

    /// <summary>The reply to UNBLOCK.</summary>
    public abstract void OkUnblocked(IBufferWriter<byte> output, in UserName user);

    /// <summary>The reply to PING.</summary>
    public abstract void Pong(IBufferWriter<byte> output);

    /// <summary>A refusal, or why the connection ends, with the code's own reason.</summary>
    public abstract void ErrorFrame(IBufferWriter<byte> output, ErrorCode code);

    /// <summary>A refusal, or why the connection ends.</summary>
    /// <param name="output">Where the line goes.</param>
    /// <param name="code">The code that programs act on.</param>
    /// <param name="reason">One short English sentence without a line end.</param>
    public abstract void ErrorFrame(IBufferWriter<byte> output, ErrorCode code, ReadOnlySpan<byte> reason);

    /// <summary>The refusal of a line that does not parse.</summary>
    /// <param name="output">Where the line goes.</param>
    /// <param name="cause">What <see cref="Parse"/> has found, other than <see cref="ParseError.None"/>.</param>
    public abstract void BadRequest(IBufferWriter<byte> output, ParseError cause);

    /// <summary>A message, to its recipient.</summary>
    public abstract void From(IBufferWriter<byte> output, long id, in UserName sender, long timestamp, ReadOnlySpan<byte> body);

    /// <summary>A message, to its recipient, whose sender's name comes as the log has it.</summary>
    public abstract void From(
        IBufferWriter<byte> output, long id, ReadOnlySpan<byte> sender, long timestamp, ReadOnlySpan<byte> body);

    /// <summary>To the sender: the message was handed over.</summary>
    public abstract void Delivered(IBufferWriter<byte> output, long id);

    /// <summary>To the sender: the message was read.</summary>
    public abstract void Read(IBufferWriter<byte> output, long id, in UserName reader);

    /// <summary>How many messages HISTORY found; they follow.</summary>
    public abstract void HistoryCount(IBufferWriter<byte> output, int count);

    /// <summary>A message of HISTORY's reply.</summary>
    public abstract void History(
        IBufferWriter<byte> output, long id, ReadOnlySpan<byte> sender, long timestamp, ReadOnlySpan<byte> body);

    /// <summary>Begins the names of those online, in LIST's reply.</summary>
    public abstract NameListWriter OnlineNames();

    /// <summary>Begins the names of all accounts, in LIST's reply.</summary>
    public abstract NameListWriter KnownNames();

    /// <summary>A user came.</summary>
    public abstract void UserOnline(IBufferWriter<byte> output, in UserName user);

    /// <summary>A user went.</summary>
    public abstract void UserOffline(IBufferWriter<byte> output, in UserName user);

    /// <summary>The server stops.</summary>
    public abstract void ServerShutdown(IBufferWriter<byte> output);

    /// <summary>What the operator says.</summary>
    /// <param name="output">Where the line goes.</param>
    /// <param name="text">UTF-8 without a line end or NUL, at most <see cref="WireLimits.MaxBodyBytes"/>, as a message.</param>
    public abstract void Notice(IBufferWriter<byte> output, ReadOnlySpan<byte> text);
}
