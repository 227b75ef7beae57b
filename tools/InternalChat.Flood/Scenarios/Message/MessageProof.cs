using InternalChat.Flood.Report;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>What became of the messages of the whole run, warm-up included.</summary>
internal static class MessageProof
{
    /// <summary>Nobody reads or sends any more.</summary>
    internal static IReadOnlyList<Check> Of(MessageClients clients)
    {
        var (senders, receivers) = (clients.Senders, clients.Receivers);
        return
        [
            new("sent", senders.Sum(sender => sender.Sent), CheckRule.Information),
            new("acknowledged", senders.Sum(sender => sender.Acknowledged), CheckRule.MustNotBeZero),
            new("rejected", senders.Sum(sender => sender.RejectedCount), CheckRule.Information),
            new("of_other_runs", receivers.Sum(receiver => receiver.OfOtherRuns), CheckRule.Information),
            new("unanswered", senders.Sum(sender => sender.Sent - sender.Answered), CheckRule.MustBeZero),
            new("lost", senders.Sum(sender => Lost(sender, receivers)), CheckRule.MustBeZero),
            new("duplicated", receivers.Sum(receiver => receiver.Sequences.Sum(sequence => sequence.Duplicated)), CheckRule.MustBeZero),
            new("reordered", receivers.Sum(receiver => receiver.Sequences.Sum(sequence => sequence.Reordered)), CheckRule.MustBeZero),
            new("corrupted", receivers.Sum(receiver => receiver.Corrupted), CheckRule.MustBeZero),
            new("missing_receipts", MissingReceipts(clients), CheckRule.MustBeZero),
        ];
    }

    private static long Lost(MessageSender sender, IReadOnlyList<MessageReceiver> receivers) => sender.Flows.Sum(
        flow => receivers[flow.Key].SequenceOf(sender.Number).CountLost(flow.Value.Answered, flow.Value.Rejected));

    /// <summary>DELIVERED of a queued message, or READ, that its sender never got.</summary>
    private static long MissingReceipts(MessageClients clients) =>
        clients.Senders.Sum(sender => Math.Max(0, sender.AwaitingDelivery))
        + Math.Max(0, clients.Receivers.Sum(receiver => receiver.ReadsSent) - clients.Senders.Sum(sender => sender.ReadReceipts));
}
