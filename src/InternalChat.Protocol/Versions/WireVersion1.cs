using System.Buffers;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Protocol.Versions;

/// <summary>Version 1: <see cref="CommandParser"/> understands it, and <see cref="ServerFrames"/> has its grammar.</summary>
internal sealed class WireVersion1 : WireFormat
{
    public override ReadOnlySpan<byte> Version => "1"u8;

    public override int MaxFromOverhead => ServerFrames.MaxFromOverhead;

    public override ParseError Parse(ReadOnlySpan<byte> line, out Command command) => CommandParser.Parse(line, out command);

    public override void OkHello(IBufferWriter<byte> output) => ServerFrames.OkHello(output);

    public override void OkRegistered(IBufferWriter<byte> output) => ServerFrames.OkRegistered(output);

    public override void OkAuthenticated(IBufferWriter<byte> output) => ServerFrames.OkAuthenticated(output);

    public override void OkBye(IBufferWriter<byte> output) => ServerFrames.OkBye(output);

    public override void OkQueued(IBufferWriter<byte> output, long id) => ServerFrames.OkQueued(output, id);

    public override void OkRead(IBufferWriter<byte> output, long id) => ServerFrames.OkRead(output, id);

    public override void OkBlocked(IBufferWriter<byte> output, in UserName user) => ServerFrames.OkBlocked(output, user);

    public override void OkUnblocked(IBufferWriter<byte> output, in UserName user) => ServerFrames.OkUnblocked(output, user);

    public override void Pong(IBufferWriter<byte> output) => ServerFrames.Pong(output);

    public override void ErrorFrame(IBufferWriter<byte> output, ErrorCode code) => ServerFrames.Error(output, code);

    public override void ErrorFrame(IBufferWriter<byte> output, ErrorCode code, ReadOnlySpan<byte> reason) =>
        ServerFrames.Error(output, code, reason);

    public override void BadRequest(IBufferWriter<byte> output, ParseError cause) =>
        ServerFrames.Error(output, ErrorCode.BadRequest, CommandParser.Describe(cause));

    public override void From(IBufferWriter<byte> output, long id, in UserName sender, long timestamp, ReadOnlySpan<byte> body) =>
        ServerFrames.From(output, id, sender, timestamp, body);

    public override void From(
        IBufferWriter<byte> output, long id, ReadOnlySpan<byte> sender, long timestamp, ReadOnlySpan<byte> body) =>
        ServerFrames.From(output, id, sender, timestamp, body);

    public override void Delivered(IBufferWriter<byte> output, long id) => ServerFrames.Delivered(output, id);

    public override void Read(IBufferWriter<byte> output, long id, in UserName reader) => ServerFrames.Read(output, id, reader);

    public override void HistoryCount(IBufferWriter<byte> output, int count) => ServerFrames.HistoryCount(output, count);

    public override void History(
        IBufferWriter<byte> output, long id, ReadOnlySpan<byte> sender, long timestamp, ReadOnlySpan<byte> body) =>
        ServerFrames.History(output, id, sender, timestamp, body);

    public override NameListWriter OnlineNames() => NameListWriter.Online();

    public override NameListWriter KnownNames() => NameListWriter.Known();

    public override void UserOnline(IBufferWriter<byte> output, in UserName user) => ServerFrames.UserOnline(output, user);

    public override void UserOffline(IBufferWriter<byte> output, in UserName user) => ServerFrames.UserOffline(output, user);

    public override void ServerShutdown(IBufferWriter<byte> output) => ServerFrames.ServerShutdown(output);

    public override void Notice(IBufferWriter<byte> output, ReadOnlySpan<byte> text) => ServerFrames.Notice(output, text);
}
