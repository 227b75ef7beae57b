using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>From what the clients of a message run have counted to a report.</summary>
internal static class MessageReport
{
    /// <summary>Nobody reads or sends any more.</summary>
    internal static RunReport Create(
        MessageRun run, MessagePair[] pairs, OpenLoopPacer? pacer, in ProcessorTimes before, in ProcessorTimes after, long? serverMemory)
    {
        var options = run.Options;
        var seconds = Math.Max(run.Clock.Measured.TotalSeconds, 1e-9);
        var received = pairs.Sum(pair => pair.Receiver.ReceivedWhileMeasured) / seconds;
        var ownCores = after.OwnCoresSince(before);
        var serverCores = after.ServerCoresSince(before);
        return new RunReport
        {
            Scenario = "message",
            Load = options.MessagesPerSecond is { } rate
                ? $"{options.Pairs} pairs, open loop, {rate:0.##}/s, {options.BodyBytes}-byte bodies"
                : $"{options.Pairs} pairs, closed loop, window {options.Window}, {options.BodyBytes}-byte bodies",
            MeasuredSeconds = run.Clock.Measured.TotalSeconds,
            AcknowledgedPerSecond = pairs.Sum(pair => pair.Sender.AcknowledgedWhileMeasured) / seconds,
            ReceivedPerSecond = received,
            Latencies = new Dictionary<string, LatencySummary>
            {
                ["DELIVERED"] = run.Delivered.Summarize(),
                ["OK queued"] = run.Queued.Summarize(),
                ["FROM end to end"] = run.EndToEnd.Summarize(),
                ["OK read"] = run.ReadAnswers.Summarize(),
            },
            Proof = new ProofOfWork
            {
                Sent = pairs.Sum(pair => pair.Sender.Sent),
                Acknowledged = pairs.Sum(pair => pair.Sender.Acknowledged),
                Rejected = pairs.Sum(pair => pair.Sender.RejectedCount),
                Unanswered = pairs.Sum(pair => pair.Sender.Sent - pair.Sender.Answered),
                Lost = pairs.Sum(pair => pair.Receiver.Sequence.CountLost(pair.Sender.Answered, pair.Sender.Rejected)),
                Duplicated = pairs.Sum(pair => pair.Receiver.Sequence.Duplicated),
                Reordered = pairs.Sum(pair => pair.Receiver.Sequence.Reordered),
                Corrupted = pairs.Sum(pair => pair.Receiver.Corrupted),
                MissingReceipts = pairs.Sum(pair => Math.Max(0, pair.Sender.AwaitingDelivery)
                    + Math.Max(0, pair.Receiver.ReadsSent - pair.Sender.ReadReceipts)),
                ConnectionsLost = run.ConnectionsLost,
                OfOtherRuns = pairs.Sum(pair => pair.Receiver.OfOtherRuns),
            },
            Schedule = pacer is null
                ? null
                : new ScheduleReport(
                    pacer.Behind, pacer.NeverSent, pacer.WorstDelay.TotalMilliseconds, OpenLoopPacer.Tolerance.TotalMilliseconds),
            Processor = new ProcessorReport(
                ownCores,
                serverCores,
                received > 0 ? ownCores / received * 1e6 : null,
                received > 0 ? serverCores / received * 1e6 : null,
                serverMemory),
            Errors = run.Errors.ToDictionary(),
        };
    }
}
