using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>HISTORY: a count, then that many messages.</summary>
internal sealed class HistoryCommand : PendingCommand<IReadOnlyList<ChatMessage>>
{
    private readonly List<ChatMessage> _messages = [];
    private long _remaining = -1;

    internal override ReplyProgress Accept(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.Error when _remaining < 0:
                return Reject(frame);
            case ServerFrameKind.HistoryCount when _remaining < 0:
                _remaining = frame.Id;
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
}
