using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>From a frame in the receive buffer to an event that can be kept.</summary>
internal static class ServerEventFactory
{
    internal static ServerEvent FromPush(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        var named = UserName.TryParse(frame.Name, out var name);
        return frame.Kind switch
        {
            ServerFrameKind.Delivered => new MessageDelivered(frame.Id),
            ServerFrameKind.From when named => new MessageReceived(
                new ChatMessage(frame.Id, name, WireText.Time(frame.Timestamp), WireText.Decode(frame.Text))),
            ServerFrameKind.Read when named => new MessageRead(frame.Id, name),
            ServerFrameKind.UserOnline when named => new UserCameOnline(name),
            ServerFrameKind.UserOffline when named => new UserWentOffline(name),
            ServerFrameKind.Notice => new NoticeReceived(WireText.Decode(frame.Text)),
            ServerFrameKind.ServerShutdown => new ServerShuttingDown(),
            _ => new UnknownFrameReceived(WireText.Decode(line)),
        };
    }
}
