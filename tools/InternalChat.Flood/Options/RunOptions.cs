using InternalChat.Client;

namespace InternalChat.Flood.Options;

/// <summary>The server and the accounts that a load uses.</summary>
/// <param name="Routes">At least one; connections take them in turn.</param>
/// <param name="AccountsPrefix">First part of the names of the accounts.</param>
/// <param name="Password">Of all these accounts.</param>
internal sealed record Target(IReadOnlyList<ChatServerAddress> Routes, string AccountsPrefix, string Password)
{
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

    /// <summary>Whose processor time and memory to show; null for nobody's.</summary>
    internal required int? ServerPid { get; init; }

    internal required RunOutputSettings Outputs { get; init; }
}
