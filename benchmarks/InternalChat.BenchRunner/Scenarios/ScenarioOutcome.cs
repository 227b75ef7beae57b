using InternalChat.BenchRunner.Processes;

namespace InternalChat.BenchRunner.Scenarios;

/// <summary>How a scenario, or one round of it, went.</summary>
internal enum ScenarioStatus
{
    Measured,

    /// <summary>Something went wrong: the load tool said so, or the server ended. Figures, where there are any, mean nothing.</summary>
    Failed,

    /// <summary>The load tool, or the peer, is not able to do that here.</summary>
    Unavailable,
}

/// <summary>What one round of a scenario found.</summary>
/// <param name="Status">How it went.</param>
/// <param name="Reason">Why it was not measured; else empty.</param>
/// <param name="Numbers">By path: what the steps reported, and <c>server.…</c>.</param>
/// <param name="Samples">The server, once a second.</param>
/// <param name="Quiet">The machine meanwhile.</param>
internal sealed record ScenarioOutcome(
    ScenarioStatus Status,
    string Reason,
    IReadOnlyDictionary<string, double> Numbers,
    IReadOnlyList<ProcessSample> Samples,
    MachineQuiet Quiet);

/// <summary>Whether others worked on the machine.</summary>
/// <param name="BusyPercentBefore">Share of the processors that worked in the moment before, when nothing of ours ran.</param>
/// <param name="StolenPercent">Share of the processors that the hypervisor gave to other machines meanwhile.</param>
internal sealed record MachineQuiet(double BusyPercentBefore, double StolenPercent)
{
    /// <summary>In percent; the system itself takes one or two.</summary>
    internal const double BusyLimit = 10;

    private const double StolenLimit = 2;

    /// <summary>Too much for figures that are to be believed.</summary>
    public bool IsNoisy => BusyPercentBefore > BusyLimit || StolenPercent > StolenLimit;
}
