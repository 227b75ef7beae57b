using System.Buffers;
using System.Text;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Versions;
using InternalChat.Protocol.Writing;

namespace InternalChat.Protocol.Tests.Parsing;

/// <summary>What a line from the server parsed to, in a form that can be kept and compared. Bytes are Latin-1 text, one to one.</summary>
internal sealed record ParsedServerFrame(
    ServerFrameKind Kind, long Id = 0, string Name = "", long Timestamp = 0, string Text = "", ErrorCode Error = ErrorCode.Unknown)
{
    public static ParsedServerFrame Of(ReadOnlySpan<byte> line)
    {
        var frame = ServerFrameParser.Parse(line);
        return new ParsedServerFrame(
            frame.Kind, frame.Id, Encoding.Latin1.GetString(frame.Name), frame.Timestamp,
            Encoding.Latin1.GetString(frame.Text), frame.Error);
    }

    public void Write(IBufferWriter<byte> output)
    {
        var text = Encoding.Latin1.GetBytes(Text);
        switch (Kind)
        {
            case ServerFrameKind.Ok: WriteOk(output); break;
            case ServerFrameKind.OkQueued: ServerFrames.OkQueued(output, Id); break;
            case ServerFrameKind.OkRead: ServerFrames.OkRead(output, Id); break;
            case ServerFrameKind.Error: ServerFrames.Error(output, Error, text); break;
            case ServerFrameKind.Pong: ServerFrames.Pong(output); break;
            case ServerFrameKind.From: ServerFrames.From(output, Id, UserName.Parse(Name), Timestamp, text); break;
            case ServerFrameKind.Delivered: ServerFrames.Delivered(output, Id); break;
            case ServerFrameKind.Read: ServerFrames.Read(output, Id, UserName.Parse(Name)); break;
            case ServerFrameKind.Online: WriteNames(output, NameListWriter.Online()); break;
            case ServerFrameKind.Known: WriteNames(output, NameListWriter.Known()); break;
            case ServerFrameKind.HistoryCount: ServerFrames.HistoryCount(output, (int)Id); break;
            case ServerFrameKind.History: ServerFrames.History(output, Id, Encoding.Latin1.GetBytes(Name), Timestamp, text); break;
            case ServerFrameKind.UserOnline: ServerFrames.UserOnline(output, UserName.Parse(Name)); break;
            case ServerFrameKind.UserOffline: ServerFrames.UserOffline(output, UserName.Parse(Name)); break;
            case ServerFrameKind.ServerShutdown: ServerFrames.ServerShutdown(output); break;
            case ServerFrameKind.Notice: ServerFrames.Notice(output, text); break;
            default: throw new InvalidOperationException($"The server writes no {Kind}.");
        }
    }

    private void WriteOk(IBufferWriter<byte> output)
    {
        switch (Text.Split(' '))
        {
            case ["hello"]: ServerFrames.OkHello(output); break;
            case ["registered"]: ServerFrames.OkRegistered(output); break;
            case ["authenticated"]: ServerFrames.OkAuthenticated(output); break;
            case ["bye"]: ServerFrames.OkBye(output); break;
            case ["blocked", var name]: ServerFrames.OkBlocked(output, UserName.Parse(name)); break;
            case ["unblocked", var name]: ServerFrames.OkUnblocked(output, UserName.Parse(name)); break;
            default: throw new InvalidOperationException($"The server writes no OK {Text}.");
        }
    }

    private void WriteNames(IBufferWriter<byte> output, NameListWriter list)
    {
        foreach (var name in Text.Split(", ", StringSplitOptions.RemoveEmptyEntries))
            list.Add(output, UserName.Parse(name));
        list.Complete(output);
    }
}
