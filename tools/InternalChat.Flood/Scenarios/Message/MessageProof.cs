using InternalChat.Flood.Report;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>What became of the messages of the whole run, warm-up included.</summary>
internal static class MessageProof
{
    /// <summary>Nobody reads or sends any more.</summary>
    internal static IReadOnlyList<Check> Of(IReadOnlyList<MessagePair> pairs) =>
    [
        new("sent", pairs.Sum(pair => pair.Sender.Sent), CheckRule.Information),
        new("acknowledged", pairs.Sum(pair => pair.Sender.Acknowledged), CheckRule.MustNotBeZero),
        new("rejected", pairs.Sum(pair => pair.Sender.RejectedCount), CheckRule.Information),
        new("of_other_runs", pairs.Sum(pair => pair.Receiver.OfOtherRuns), CheckRule.Information),
        new("unanswered", pairs.Sum(pair => pair.Sender.Sent - pair.Sender.Answered), CheckRule.MustBeZero),
        new("lost", pairs.Sum(pair => pair.Receiver.Sequence.CountLost(pair.Sender.Answered, pair.Sender.Rejected)), CheckRule.MustBeZero),
        new("duplicated", pairs.Sum(pair => pair.Receiver.Sequence.Duplicated), CheckRule.MustBeZero),
        new("reordered", pairs.Sum(pair => pair.Receiver.Sequence.Reordered), CheckRule.MustBeZero),
        new("corrupted", pairs.Sum(pair => pair.Receiver.Corrupted), CheckRule.MustBeZero),
        new("missing_receipts", pairs.Sum(MissingReceipts), CheckRule.MustBeZero),
    ];

    /// <summary>DELIVERED of a queued message, or READ, that the sender never got.</summary>
    private static long MissingReceipts(MessagePair pair) =>
        Math.Max(0, pair.Sender.AwaitingDelivery) + Math.Max(0, pair.Receiver.ReadsSent - pair.Sender.ReadReceipts);
}
