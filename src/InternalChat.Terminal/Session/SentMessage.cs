using InternalChat.Client;
using InternalChat.Protocol;

namespace InternalChat.Terminal.Session;

/// <summary>How far a message of one's own has come.</summary>
internal enum SentState
{
    /// <summary>The server has not answered yet.</summary>
    Sending,

    /// <summary>Stored; the recipient gets it later.</summary>
    Queued,

    /// <summary>The recipient has it.</summary>
    Delivered,

    /// <summary>The recipient has seen it.</summary>
    Read,

    /// <summary>Refused, or the connection broke before the answer.</summary>
    Failed,
}

/// <summary>A message of one's own, as the transcript shows it.</summary>
internal sealed class SentMessage(UserName to, string text, DateTimeOffset at)
{
    internal UserName To => to;

    internal string Text => text;

    internal DateTimeOffset At => at;

    internal long Id { get; set; }

    internal SentState State { get; set; }

    /// <summary>Whether the transcript has shown the server's answer, so that what follows is a receipt.</summary>
    internal bool WasAnswered { get; set; }

    /// <summary>Why it failed, for people.</summary>
    internal string Reason { get; set; } = "";
}

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
