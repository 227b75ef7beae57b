namespace InternalChat.Flood.Scenarios.Message;

/// <summary>What <see cref="MessageScenario"/> is to do.</summary>
internal sealed record MessageOptions
{
    internal required MessageTopology To { get; init; }

    /// <summary>For <see cref="MessageTopology.Zipf"/>.</summary>
    internal required double ZipfExponent { get; init; }

    /// <summary>Senders, and as many recipients but for <see cref="MessageTopology.Hot"/>.</summary>
    internal required int Pairs { get; init; }

    internal required int BodyBytes { get; init; }

    /// <summary>Unanswered messages of one sender in the closed loop.</summary>
    internal required int Window { get; init; }

    /// <summary>Over all pairs; null for the closed loop.</summary>
    internal required double? MessagesPerSecond { get; init; }

    internal required bool ReadReceipts { get; init; }

    /// <summary>Where to write down what was acknowledged and received; null for nowhere.</summary>
    internal string? LedgerFile { get; init; }

    /// <summary>Whether the latencies of these messages are the run's; not so where they are what others are disturbed with.</summary>
    internal bool MeasuresLatencies { get; init; } = true;
}
