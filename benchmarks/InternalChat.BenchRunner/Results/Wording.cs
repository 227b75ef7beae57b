using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Scenarios;

namespace InternalChat.BenchRunner.Results;

/// <summary>How results are put for people, the same in every report. (The culture is invariant in this project.)</summary>
internal static class Wording
{
    internal static string Number(double value) => Math.Abs(value) switch
    {
        >= 1_000 => $"{value:#,0}",
        >= 100 => $"{value:0}",
        >= 10 => $"{value:0.0}",
        _ => $"{value:0.###}",
    };

    internal static string Value(FigureResult figure) =>
        figure.Value is { } value ? $"{Number(value)} {figure.Unit}".TrimEnd() : "–";

    internal static string Limit(FigureResult figure) =>
        figure.Limit is { } limit ? $"{(figure.Better == Direction.More ? "≥" : "≤")} {Number(limit)} {figure.Unit}".TrimEnd() : "";

    internal static string Verdict(FigureResult figure) => figure.IsReached switch { true => "reached", false => "missed", null => "" };

    /// <summary>How far apart the rounds are.</summary>
    internal static string Spread(FigureResult figure) => Statistics.Spread(figure.Values) is { } spread ? $"{(spread - 1) * 100:0} %" : "";

    /// <summary>The least and the greatest of the rounds; empty for fewer than two.</summary>
    internal static string Range(FigureResult figure) =>
        figure.Values.Count < 2 ? "" : $"{Number(figure.Values.Min())} – {Number(figure.Values.Max())}";

    /// <summary>What a reader of a scenario's figures has to know, a sentence each.</summary>
    internal static IEnumerable<string> Remarks(ScenarioResult scenario) =>
        new[] { Status(scenario), Noise(scenario.Quiet) }.Where(remark => remark.Length > 0);

    internal static string Status(ScenarioResult scenario) => scenario.Status switch
    {
        ScenarioStatus.Failed => $"FAILED: {scenario.Reason}",
        ScenarioStatus.Unavailable => $"not measured: {scenario.Reason}",
        _ => "",
    };

    internal static string Noise(MachineQuiet quiet) => quiet.IsNoisy
        ? $"the machine was not quiet: {quiet.BusyPercentBefore:0.#} % busy before, {quiet.StolenPercent:0.#} % stolen meanwhile"
        : "";

    internal static string Time(double nanoseconds) => nanoseconds switch
    {
        >= 1e6 => $"{Number(nanoseconds / 1e6)} ms",
        >= 1e3 => $"{Number(nanoseconds / 1e3)} µs",
        _ => $"{Number(nanoseconds)} ns",
    };

    internal static string Summary(RunResult result) =>
        $"{result.Started:yyyy-MM-dd HH:mm} UTC, {result.Seconds:0} s, ./run-bench.sh {result.Command}"
        + (result.IsComplete ? "" : ", ended early");

    internal static string Machine(MachineFacts machine) =>
        $"{machine.LoadAverageBefore:0.00} before, {machine.LoadAverageAfter:0.00} after; "
        + $"{machine.StolenPercent:0.0} % stolen by the hypervisor";
}
