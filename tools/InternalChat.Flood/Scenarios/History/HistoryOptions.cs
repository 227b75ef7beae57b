using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Scenarios.History;

/// <summary>What <see cref="HistoryScenario"/> is to do.</summary>
internal sealed record HistoryOptions
{
    /// <summary>Conversations, and users who ask, each for one.</summary>
    internal required int Pairs { get; init; }

    /// <summary>In each conversation, at least.</summary>
    internal required int Messages { get; init; }

    internal required int BodyBytes { get; init; }

    /// <summary>Messages asked for at a time, at most.</summary>
    internal required int Limit { get; init; }

    /// <summary>Unanswered HISTORY commands of one user in the closed loop.</summary>
    internal required int Window { get; init; }

    /// <summary>Over all users; null for the closed loop.</summary>
    internal required SendRate? Rate { get; init; }
}
