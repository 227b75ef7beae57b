using InternalChat.Client;
using InternalChat.Terminal.Output;

namespace InternalChat.Terminal.Session;

/// <summary>Which message a receipt is about. The oldest are forgotten.</summary>
internal sealed class SentMessages
{
    private const int Capacity = 1_024;

    private readonly Dictionary<long, SentMessage> _byId = [];
    private readonly Dictionary<long, SentState> _early = [];
    private readonly Queue<long> _order = [];

    /// <summary>Takes the server's answer. A receipt may have been quicker than the answer to arrive here; then it counts too.</summary>
    internal void Answered(SentMessage message, SendResult result)
    {
        message.Id = result.MessageId;
        message.Reason = result.Reason;
        message.State = result.Status switch
        {
            SendStatus.Delivered => SentState.Delivered,
            SendStatus.Queued => SentState.Queued,
            _ => SentState.Failed,
        };
        if (!result.IsAccepted)
            return;
        if (_early.Remove(message.Id, out var early) && early > message.State)
            message.State = early;
        _byId[message.Id] = message;
        Remember(message.Id);
    }

    /// <summary>Takes a receipt.</summary>
    /// <returns>The message with its new state, or null where it is not known (yet) or was further already.</returns>
    internal SentMessage? Receipt(long id, SentState state)
    {
        if (!_byId.TryGetValue(id, out var message))
        {
            _early[id] = state;
            Remember(id);
            return null;
        }

        if (message.State >= state)
            return null;
        message.State = state;
        return message;
    }

    /// <summary>Whether a receipt of this id can be shown at its message.</summary>
    internal bool Knows(long id) => _byId.ContainsKey(id);

    private void Remember(long id)
    {
        _order.Enqueue(id);
        if (_order.Count <= Capacity)
            return;
        var oldest = _order.Dequeue();
        _byId.Remove(oldest);
        _early.Remove(oldest);
    }
}
