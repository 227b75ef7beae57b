using System.Buffers;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Versions;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>
/// Another version of the wire, as far as anybody can see: version 1 with a mark before every line in both directions, but for the lines
/// of names. Counts how often it is asked for presence and for names.
/// </summary>
internal sealed class MarkedWire(char mark) : WireFormat
{
    private readonly byte[] _mark = [(byte)mark];
    private int _presenceLines;
    private int _nameLists;

    public int PresenceLines => Volatile.Read(ref _presenceLines);

    public int NameLists => Volatile.Read(ref _nameLists);

    public override ReadOnlySpan<byte> Version => _mark;

    public override int MaxFromOverhead => Version1.MaxFromOverhead + 1;

    public override ParseError Parse(ReadOnlySpan<byte> line, out Command command)
    {
        if (line.StartsWith(_mark))
            return Version1.Parse(line[1..], out command);
        command = default;
        return ParseError.UnknownCommand;
    }

    public override void OkHello(IBufferWriter<byte> output) => Version1.OkHello(Marked(output));

    public override void OkRegistered(IBufferWriter<byte> output) => Version1.OkRegistered(Marked(output));

    public override void OkAuthenticated(IBufferWriter<byte> output) => Version1.OkAuthenticated(Marked(output));

    public override void OkBye(IBufferWriter<byte> output) => Version1.OkBye(Marked(output));

    public override void OkQueued(IBufferWriter<byte> output, long id) => Version1.OkQueued(Marked(output), id);

    public override void OkRead(IBufferWriter<byte> output, long id) => Version1.OkRead(Marked(output), id);

    public override void OkBlocked(IBufferWriter<byte> output, in UserName user) => Version1.OkBlocked(Marked(output), user);

    public override void OkUnblocked(IBufferWriter<byte> output, in UserName user) => Version1.OkUnblocked(Marked(output), user);

    public override void Pong(IBufferWriter<byte> output) => Version1.Pong(Marked(output));

    public override void ErrorFrame(IBufferWriter<byte> output, ErrorCode code) => Version1.ErrorFrame(Marked(output), code);

    public override void ErrorFrame(IBufferWriter<byte> output, ErrorCode code, ReadOnlySpan<byte> reason) =>
        Version1.ErrorFrame(Marked(output), code, reason);

    public override void BadRequest(IBufferWriter<byte> output, ParseError cause) => Version1.BadRequest(Marked(output), cause);

    public override void From(IBufferWriter<byte> output, long id, in UserName sender, long timestamp, ReadOnlySpan<byte> body) =>
        Version1.From(Marked(output), id, sender, timestamp, body);

    public override void From(
        IBufferWriter<byte> output, long id, ReadOnlySpan<byte> sender, long timestamp, ReadOnlySpan<byte> body) =>
        Version1.From(Marked(output), id, sender, timestamp, body);

    public override void Delivered(IBufferWriter<byte> output, long id) => Version1.Delivered(Marked(output), id);

    public override void Read(IBufferWriter<byte> output, long id, in UserName reader) => Version1.Read(Marked(output), id, reader);

    public override void HistoryCount(IBufferWriter<byte> output, int count) => Version1.HistoryCount(Marked(output), count);

    public override void History(
        IBufferWriter<byte> output, long id, ReadOnlySpan<byte> sender, long timestamp, ReadOnlySpan<byte> body) =>
        Version1.History(Marked(output), id, sender, timestamp, body);

    public override NameListWriter OnlineNames()
    {
        Interlocked.Increment(ref _nameLists);
        return Version1.OnlineNames();
    }

    public override NameListWriter KnownNames()
    {
        Interlocked.Increment(ref _nameLists);
        return Version1.KnownNames();
    }

    public override void UserOnline(IBufferWriter<byte> output, in UserName user)
    {
        Interlocked.Increment(ref _presenceLines);
        Version1.UserOnline(Marked(output), user);
    }

    public override void UserOffline(IBufferWriter<byte> output, in UserName user)
    {
        Interlocked.Increment(ref _presenceLines);
        Version1.UserOffline(Marked(output), user);
    }

    public override void ServerShutdown(IBufferWriter<byte> output) => Version1.ServerShutdown(Marked(output));

    public override void Notice(IBufferWriter<byte> output, ReadOnlySpan<byte> text) => Version1.Notice(Marked(output), text);

    private IBufferWriter<byte> Marked(IBufferWriter<byte> output)
    {
        output.Write(_mark);
        return output;
    }
}
