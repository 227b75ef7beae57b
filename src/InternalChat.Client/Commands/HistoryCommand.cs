using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>HISTORY: a count, then that many messages, or an error in the place of those that were removed meanwhile.</summary>
internal sealed class HistoryCommand : PendingCommand<IReadOnlyList<ChatMessage>>
{
    private readonly List<ChatMessage> _messages = [];
    private long _remaining = -1;

    internal override ReplyProgress Accept(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.Error:
                return Reject(frame);
            case ServerFrameKind.HistoryCount when _remaining < 0:
                _remaining = Count(frame);
                break;
            case ServerFrameKind.History when _remaining > 0:
                _remaining--;
                if (UserName.TryParse(frame.Name, out var sender))
                    _messages.Add(new ChatMessage(frame.Id, sender, WireText.Time(frame.Timestamp), WireText.Decode(frame.Text)));
                break;
            default:
                return ReplyProgress.NotMine;
        }

        return _remaining == 0 ? Answer(_messages) : ReplyProgress.More;
    }

    /// <exception cref="ChatProtocolException">More than the protocol allows.</exception>
    internal static long Count(in ServerFrame frame) => frame.Id <= WireLimits.MaxHistory
        ? frame.Id
        : throw new ChatProtocolException($"the server's history has {frame.Id} messages where {WireLimits.MaxHistory} are allowed");
}
