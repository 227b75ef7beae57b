using System.Text;
using InternalChat.Client;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Flood.Connections;

/// <summary>Stops at the reply to AUTH, so that what follows is for the scenario.</summary>
internal sealed class AuthReply : IFrameReceiver
{
    internal bool HasArrived { get; private set; }

    internal bool IsSuccess { get; private set; }

    internal ErrorCode Error { get; private set; }

    internal string? Text { get; private set; }

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind is not (ServerFrameKind.Ok or ServerFrameKind.Error))
            return true;
        HasArrived = true;
        IsSuccess = frame.Kind == ServerFrameKind.Ok;
        Error = frame.Error;
        Text = Encoding.UTF8.GetString(line);
        return false;
    }
}
