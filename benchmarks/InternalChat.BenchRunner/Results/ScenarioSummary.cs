using InternalChat.BenchRunner.Scenarios;

namespace InternalChat.BenchRunner.Results;

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
        Limit = figure.NoWorseThan is { } rival
            ? Found(rival, figure, rounds) is { Length: > 0 } limits ? Statistics.Median(limits) : null
            : figure.AtLeast ?? figure.AtMost,
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
