using System.Text.Json.Serialization;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Report;

/// <summary>What a run found. Latencies are in microseconds.</summary>
internal sealed record RunReport
{
    public required string Scenario { get; init; }

    public required string Load { get; init; }

    public required double MeasuredSeconds { get; init; }

    public required double AcknowledgedPerSecond { get; init; }

    public required double ReceivedPerSecond { get; init; }

    public required IReadOnlyDictionary<string, LatencySummary> Latencies { get; init; }

    public required ProofOfWork Proof { get; init; }

    /// <summary>Null for a closed loop.</summary>
    public required ScheduleReport? Schedule { get; init; }

    public required ProcessorReport Processor { get; init; }

    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    public bool IsClean => Proof.IsClean;
}

/// <summary>Messages of the whole run, warm-up included.</summary>
internal sealed record ProofOfWork
{
    public required long Sent { get; init; }

    public required long Acknowledged { get; init; }

    public required long Rejected { get; init; }

    public required long Unanswered { get; init; }

    /// <summary>Acknowledged and never received.</summary>
    public required long Lost { get; init; }

    public required long Duplicated { get; init; }

    public required long Reordered { get; init; }

    public required long Corrupted { get; init; }

    /// <summary>DELIVERED of a queued message, or READ, that the sender never got.</summary>
    public required long MissingReceipts { get; init; }

    public required int ConnectionsLost { get; init; }

    /// <summary>Messages of earlier runs that were still pending; not an error.</summary>
    public required long OfOtherRuns { get; init; }

    [JsonIgnore]
    public bool IsClean =>
        Acknowledged > 0 && Unanswered + Lost + Duplicated + Reordered + Corrupted + MissingReceipts + ConnectionsLost == 0;
}

/// <summary>How well an open loop kept to its schedule, over the measured time.</summary>
internal sealed record ScheduleReport(long Behind, long NeverSent, double WorstDelayMilliseconds, double ToleranceMilliseconds);

/// <summary>Cores in use on average, and microseconds of CPU for each message received.</summary>
internal sealed record ProcessorReport(
    double OwnCores, double? ServerCores, double? OwnMicrosecondsPerMessage, double? ServerMicrosecondsPerMessage, long? ServerMemoryBytes);
