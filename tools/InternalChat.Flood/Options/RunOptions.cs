using InternalChat.Client;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Options;

/// <summary>The server and the accounts that a load uses.</summary>
/// <param name="Routes">At least one; connections take them in turn.</param>
/// <param name="AccountsPrefix">First part of the names of the accounts.</param>
/// <param name="Password">Of all these accounts.</param>
internal sealed record Target(IReadOnlyList<ChatServerAddress> Routes, string AccountsPrefix, string Password)
{
    /// <summary>Null for as fast as they get in.</summary>
    internal ConnectRate? ConnectRate { get; init; }

    /// <summary>For people: where the servers are.</summary>
    internal string Address => string.Join(", ", Routes.Select(route => route.ToString()).Distinct());
}

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

    internal required RunOutputSettings Outputs { get; init; }
}
