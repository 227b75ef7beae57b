using InternalChat.Flood.Measurement;

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
    internal required SendRate? Rate { get; init; }

    /// <summary>Share of the messages that their recipients answer with READ: 0 to 1.</summary>
    internal required double ReadShare { get; init; }

    /// <summary>For <see cref="MessageTopology.Away"/>: from one visit of a recipient to its next.</summary>
    internal TimeSpan VisitInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What stands in the accounts' names for senders and for recipients: other letters than other loads of the same run.
    /// </summary>
    internal (char Sender, char Recipient) Letters { get; init; } = ('s', 'r');

    /// <summary>Whether the latencies of these messages are the run's; not so where they are what others are disturbed with.</summary>
    internal bool MeasuresLatencies { get; init; } = true;

    /// <summary>Where to write down what was acknowledged and received; null for nowhere.</summary>
    internal string? LedgerFile { get; init; }
}
