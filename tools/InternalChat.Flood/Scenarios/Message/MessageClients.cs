using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>All senders and recipients of a run.</summary>
internal sealed class MessageClients(IReadOnlyList<MessageSender> senders, IReadOnlyList<MessageReceiver> receivers) : ICounterSource
{
    internal IReadOnlyList<MessageSender> Senders { get; } = senders;

    /// <summary>By <see cref="MessageRecipient.Number"/>.</summary>
    internal IReadOnlyList<MessageReceiver> Receivers { get; } = receivers;

    internal long Received => Receivers.Sum(receiver => receiver.Received);

    internal bool IsAnswered => Senders.All(sender => sender.Sent == sender.Answered);

    /// <summary>Whether everything that was sent has had all its consequences.</summary>
    internal bool IsSettled =>
        IsAnswered
        && Senders.All(sender => sender.AwaitingDelivery == 0)
        && Received >= Senders.Sum(sender => sender.Acknowledged)
        && Receivers.All(receiver => receiver.ReadsAnswered == receiver.ReadsSent)
        && Senders.Sum(sender => sender.ReadReceipts) >= Receivers.Sum(receiver => receiver.ReadsSent);

    /// <summary>Grows whenever anything arrives on either side.</summary>
    internal long Progress =>
        Senders.Sum(sender => sender.Arrivals) + Receivers.Sum(receiver => receiver.Received + receiver.ReadsAnswered);

    public void AddTo(CounterTotals totals)
    {
        foreach (var sender in Senders)
        {
            totals.Add(Counter.Sent, sender.Sent);
            totals.Add(Counter.Acknowledged, sender.Acknowledged);
        }

        foreach (var receiver in Receivers)
        {
            totals.Add(Counter.Received, receiver.Received);
            totals.Add(Counter.Reads, receiver.ReadsAnswered);
        }
    }

    /// <summary>Brings the last latencies into the histograms.</summary>
    internal void Finish()
    {
        foreach (var sender in Senders)
            sender.Finish();
        foreach (var receiver in Receivers)
            receiver.Finish();
    }
}
