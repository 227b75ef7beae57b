using System.Text.RegularExpressions;
using InternalChat.BenchRunner.Processes;
using InternalChat.Reporting;

namespace InternalChat.BenchRunner.Results;

/// <summary>The results for people: the same report as Markdown and as one page with charts, which needs nothing beside itself.</summary>
internal static class ResultReport
{
    private const double BytesPerMebibyte = 1_048_576;

    internal static string Html(RunResult result) => Write(new HtmlPage(Title(result), Wording.Summary(result)), result);

    internal static string Markdown(RunResult result) => Write(new MarkdownPage(Title(result), Wording.Summary(result)), result);

    private static string Title(RunResult result) => $"Benchmarks of {result.Host.Commit}";

    private static string Write(IReportPage page, RunResult result)
    {
        page.Table(
            ["Host", ""],
            result.Host.Describe().Append((Name: "Load average", Value: Wording.Machine(result.Machine)))
                .Select(fact => new TableCell[] { fact.Name, fact.Value }));
        if (result.Scenarios.Count > 0)
        {
            page.Headline("Scenarios");
            WriteOverview(page, result.Scenarios);
            foreach (var scenario in result.Scenarios)
                WriteDetails(page, scenario);
        }

        foreach (var suite in result.Micro.GroupBy(micro => micro.Suite))
            WriteSuite(page, suite.Key, [.. suite]);
        return page.ToString()!;
    }

    private static void WriteOverview(IReportPage page, IReadOnlyList<ScenarioResult> scenarios) => page.Table(
        ["Scenario", "Figure", "Found", "Asked for", "", "Rounds apart"],
        scenarios.SelectMany(scenario => scenario.Figures.Select((figure, index) => new[]
        {
            index == 0 ? scenario.Title : "",
            figure.Name,
            TableCell.Number(Wording.Value(figure)),
            TableCell.QuietNumber(Wording.Limit(figure)),
            TableCell.Verdict(figure.IsReached is true, Wording.Verdict(figure), Wording.Verdict(figure)),
            TableCell.QuietNumber(Wording.Spread(figure)),
        })));

    private static void WriteDetails(IReportPage page, ScenarioResult scenario)
    {
        page.Headline(scenario.Title, 3);
        foreach (var remark in Wording.Remarks(scenario))
            page.Paragraph(remark, "bad");
        page.Preformatted(string.Join('\n', scenario.Steps) + (scenario.Server.Length > 0 ? $"\nserver {scenario.Server}" : ""));
        var latencies = LatencyCurves.Read(scenario.Numbers);
        if (latencies.Count > 0)
        {
            page.Figure(SvgChart.Lines(
                "Latency by percentile",
                new ChartAxis("percentile", AxisScale.Percentile),
                new ChartAxis("ms", AxisScale.Logarithmic),
                latencies));
        }

        if (scenario.Samples.Count > 1)
        {
            WriteSamples(page, scenario, "Processor of the server", "cores", sample => sample.Cores);
            WriteSamples(page, scenario, "Memory of the server", "MiB, resident", sample => sample.ResidentBytes / BytesPerMebibyte);
        }
    }

    private static void WriteSamples(
        IReportPage page, ScenarioResult scenario, string title, string unit, Func<ProcessSample, double> choose) =>
        page.Figure(SvgChart.Lines(
            title,
            new ChartAxis("seconds since the start") { Minimum = 0 },
            new ChartAxis(unit) { Minimum = 0 },
            [new ChartLine(unit, [.. scenario.Samples.Select(sample => (sample.Seconds, choose(sample)))])]));

    private static void WriteSuite(IReportPage page, string suite, IReadOnlyList<MicroResult> benchmarks)
    {
        page.Headline(suite);
        page.Table(
            ["Benchmark", "Mean", "±", "Allocated"],
            benchmarks.Select(micro => new[]
            {
                micro.Name,
                TableCell.Number(Wording.Time(Statistics.Median(micro.MeanNanoseconds))),
                TableCell.QuietNumber(Wording.Time(micro.ErrorNanoseconds)),
                TableCell.Number(micro.AllocatedBytes is { } bytes ? $"{bytes:#,0} B" : ""),
            }));
        var greatest = benchmarks.Max(micro => Statistics.Median(micro.MeanNanoseconds));
        var (unit, scale) = greatest switch { >= 1e6 => ("ms", 1e-6), >= 1e3 => ("µs", 1e-3), _ => ("ns", 1.0) };
        page.Figure(SvgChart.Bars(
            $"Mean, {unit}",
            [.. benchmarks.Select(micro => new ChartBar(micro.Name, Statistics.Median(micro.MeanNanoseconds) * scale))]));
    }
}

/// <summary>Finds latency distributions among the numbers that load tools reported.</summary>
internal static partial class LatencyCurves
{
    private const double MicrosecondsPerMillisecond = 1_000;

    private static readonly Dictionary<string, double> Percentiles = new()
    {
        ["p50"] = 50,
        ["p90"] = 90,
        ["p99"] = 99,
        ["p999"] = 99.9,
        ["p9999"] = 99.99,
    };

    /// <returns>A line for each kind of which something was counted, in milliseconds.</returns>
    internal static IReadOnlyList<ChartLine> Read(IReadOnlyDictionary<string, double> numbers) =>
    [
        .. numbers.Select(number => (Match: LatencyPath().Match(number.Key), number.Value))
            .Where(found => found.Match.Success && found.Value > 0 && Percentiles.ContainsKey(found.Match.Groups["point"].Value))
            .GroupBy(found => found.Match.Groups["step"].Value + found.Match.Groups["kind"].Value)
            .Select(kind => new ChartLine(
                kind.Key,
                [
                    .. kind.Select(found => (Percentiles[found.Match.Groups["point"].Value], found.Value / MicrosecondsPerMillisecond))
                        .Order(),
                ])),
    ];

    [GeneratedRegex(@"^(?<step>(?:[^.]+\.)?)latencies\.(?<kind>.+)\.(?<point>p\d+)$", RegexOptions.CultureInvariant)]
    private static partial Regex LatencyPath();
}
