using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Processes;
using InternalChat.BenchRunner.Scenarios;

namespace InternalChat.BenchRunner.Results;

/// <summary>Everything that one run found: what <c>results.json</c> holds.</summary>
internal sealed record RunResult
{
    public required DateTimeOffset Started { get; init; }

    public required double Seconds { get; init; }

    /// <summary>What was asked for.</summary>
    public required string Command { get; init; }

    /// <summary>False if the run was ended early.</summary>
    public required bool IsComplete { get; init; }

    public required HostFacts Host { get; init; }

    public required MachineFacts Machine { get; init; }

    public required IReadOnlyList<MicroResult> Micro { get; init; }

    public required IReadOnlyList<ScenarioResult> Scenarios { get; init; }
}

/// <summary>What the machine did besides, over the whole run.</summary>
internal sealed record MachineFacts(double LoadAverageBefore, double LoadAverageAfter, double StolenPercent);

/// <summary>One micro benchmark.</summary>
internal sealed record MicroResult
{
    /// <summary>The suite: its class.</summary>
    public required string Suite { get; init; }

    /// <summary>Method and parameters.</summary>
    public required string Name { get; init; }

    /// <summary>One for each round.</summary>
    public required IReadOnlyList<double> MeanNanoseconds { get; init; }

    /// <summary>Half of the confidence interval of 99.9 %; the widest of the rounds.</summary>
    public required double ErrorNanoseconds { get; init; }

    public required double? AllocatedBytes { get; init; }
}

/// <summary>One scenario, over all its rounds.</summary>
internal sealed record ScenarioResult
{
    public required string Name { get; init; }

    public required string Title { get; init; }

    public required ScenarioStatus Status { get; init; }

    public required string Reason { get; init; }

    public required string Server { get; init; }

    /// <summary>The load tool's arguments and the other steps.</summary>
    public required IReadOnlyList<string> Steps { get; init; }

    public required IReadOnlyList<FigureResult> Figures { get; init; }

    /// <summary>The worst of the rounds.</summary>
    public required MachineQuiet Quiet { get; init; }

    /// <summary>All that the last round reported, by path.</summary>
    public required IReadOnlyDictionary<string, double> Numbers { get; init; }

    /// <summary>The server in the last round.</summary>
    public required IReadOnlyList<ProcessSample> Samples { get; init; }
}

/// <summary>A figure, and what it should be.</summary>
internal sealed record FigureResult
{
    public required string Name { get; init; }

    public required string Unit { get; init; }

    public required Direction Better { get; init; }

    /// <summary>One for each round that found it.</summary>
    public required IReadOnlyList<double> Values { get; init; }

    /// <summary>Null if nothing is asked for.</summary>
    public required double? Limit { get; init; }

    /// <summary>The middle of the rounds; null if none found it.</summary>
    public double? Value => Values.Count == 0 ? null : Statistics.Median(Values);

    /// <summary>Null if nothing was found or nothing is asked for.</summary>
    public bool? IsReached => Value is { } value && Limit is { } limit ? Better == Direction.More ? value >= limit : value <= limit : null;
}

/// <summary>From the rounds of a scenario to its result.</summary>
internal static class ScenarioSummary
{
    internal static ScenarioResult Create(Scenario scenario, IReadOnlyList<ScenarioOutcome> rounds)
    {
        var worst = rounds.OrderBy(round => round.Status == ScenarioStatus.Measured).First();
        return new ScenarioResult
        {
            Name = scenario.Name,
            Title = scenario.Title,
            Status = worst.Status,
            Reason = worst.Reason,
            Server = scenario.Server,
            Steps = [.. scenario.Steps.Select(Describe)],
            Figures = [.. scenario.Figures.Select(figure => Create(figure, rounds))],
            Quiet = new MachineQuiet(rounds.Max(round => round.Quiet.BusyPercentBefore), rounds.Max(round => round.Quiet.StolenPercent)),
            Numbers = rounds[^1].Numbers,
            Samples = rounds[^1].Samples,
        };
    }

    private static FigureResult Create(ScenarioFigure figure, IReadOnlyList<ScenarioOutcome> rounds) => new()
    {
        Name = figure.Name,
        Unit = figure.Unit,
        Better = figure.BetterDirection,
        Values = Found(figure.From, figure, rounds),
        Limit = figure.Limit(
            figure.NoWorseThan is { } rival && Found(rival, figure, rounds) is { Length: > 0 } limits ? Statistics.Median(limits) : null),
    };

    private static double[] Found(string path, ScenarioFigure figure, IReadOnlyList<ScenarioOutcome> rounds) =>
    [
        .. rounds.Where(round => round.Numbers.ContainsKey(path)).Select(round => round.Numbers[path] * figure.Scale),
    ];

    private static string Describe(ScenarioStep step) => (step.Name.Length == 0 ? "" : step.Name + ": ") + step switch
    {
        { Flood: { } arguments } => "flood " + arguments + (step.Background ? " (meanwhile the next)" : ""),
        { Restart: { } restart } => restart == ServerRestart.Kill ? "SIGKILL, start again" : "SIGTERM, start again",
        { Redis: { } load } => $"Redis Streams, {load.Pairs} pairs, {load.MessagesPerSecond:0.##} a second, {load.BodyBytes}-byte bodies",
        _ => "",
    };
}
