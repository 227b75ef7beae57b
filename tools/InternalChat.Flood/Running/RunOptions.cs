using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Running;

/// <summary>What every scenario has in common.</summary>
internal sealed record RunOptions
{
    internal required Target Target { get; init; }

    /// <summary>Load before the measured time.</summary>
    internal required TimeSpan Warmup { get; init; }

    /// <summary>Measured time, at most.</summary>
    internal required TimeSpan Duration { get; init; }

    /// <summary>What the measured time consists of; empty where the rate does not change.</summary>
    internal required IReadOnlyList<RateStage> Stages { get; init; }

    /// <summary>The measured time, in one piece or in stages.</summary>
    internal IReadOnlyList<TimeSpan> Parts => Stages.Count > 0 ? [.. Stages.Select(stage => stage.Duration)] : [Duration];

    /// <summary>Whose processor time and memory to show; null for nobody's.</summary>
    internal required int? ServerPid { get; init; }
}
