using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>A sender and its recipient.</summary>
internal sealed record MessagePair(MessageSender Sender, MessageReceiver Receiver) : ICounterSource
{
    /// <summary>Grows whenever anything arrives on either side.</summary>
    internal long Progress =>
        Sender.Answered - Sender.AwaitingDelivery + Sender.ReadReceipts + Receiver.Sequence.Distinct + Receiver.ReadsAnswered;

    /// <summary>Whether everything that was sent has had all its consequences.</summary>
    internal bool IsSettled =>
        Sender.Sent == Sender.Answered
        && Sender.AwaitingDelivery == 0
        && Receiver.Sequence.Distinct >= Sender.Acknowledged
        && Receiver.ReadsAnswered == Receiver.ReadsSent
        && Sender.ReadReceipts >= Receiver.ReadsSent;

    public void AddTo(CounterTotals totals)
    {
        totals.Add(Counter.Sent, Sender.Sent);
        totals.Add(Counter.Acknowledged, Sender.Acknowledged);
        totals.Add(Counter.Received, Receiver.Sequence.Distinct);
        totals.Add(Counter.Reads, Receiver.ReadsAnswered);
    }
}
