using InternalChat.Reporting;

namespace InternalChat.BenchRunner.Results;

/// <summary>The results as one page with charts, which needs nothing beside itself.</summary>
internal static class HtmlReport
{
    private const double BytesPerMebibyte = 1_048_576;

    internal static string Create(RunResult result)
    {
        var page = new HtmlPage($"Benchmarks of {result.Host.Commit}", Wording.Summary(result));
        page.Table(
            ["Host", ""],
            result.Host.Describe().Append((Name: "Load average", Value: Wording.Machine(result.Machine)))
                .Select(fact => new HtmlCell[] { fact.Name, fact.Value }));
        if (result.Scenarios.Count > 0)
        {
            page.Headline("Scenarios");
            Overview(page, result.Scenarios);
            foreach (var scenario in result.Scenarios.Where(scenario => scenario.Numbers.Count > 0))
                Details(page, scenario);
        }

        foreach (var suite in result.Micro.GroupBy(micro => micro.Suite))
            Suite(page, suite.Key, [.. suite]);
        return page.ToString();
    }

    private static void Overview(HtmlPage page, IReadOnlyList<ScenarioResult> scenarios) => page.Table(
        ["Scenario", "Figure", "Found", "Asked for", "", "Rounds apart"],
        scenarios.SelectMany(scenario => scenario.Figures.Select((figure, index) => new HtmlCell[]
        {
            index == 0 ? scenario.Title : "",
            figure.Name,
            new(Wording.Value(figure), "number"),
            new(Wording.Limit(figure), "number quiet"),
            new(Wording.Verdict(figure), figure.IsReached is true ? "good" : "bad"),
            new(Wording.Spread(figure), "number quiet"),
        })));

    private static void Details(HtmlPage page, ScenarioResult scenario)
    {
        page.Headline(scenario.Title, 3);
        foreach (var remark in new[] { Wording.Status(scenario), Wording.Noise(scenario.Quiet) }.Where(remark => remark.Length > 0))
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
            page.Figure(SvgChart.Lines(
                "Processor of the server",
                new ChartAxis("seconds since the start") { Minimum = 0 },
                new ChartAxis("cores") { Minimum = 0 },
                [new ChartLine("cores", [.. scenario.Samples.Select(sample => (sample.Seconds, sample.Cores))])]));
            page.Figure(SvgChart.Lines(
                "Memory of the server",
                new ChartAxis("seconds since the start") { Minimum = 0 },
                new ChartAxis("MiB, resident") { Minimum = 0 },
                [
                    new ChartLine(
                        "resident", [.. scenario.Samples.Select(sample => (sample.Seconds, sample.ResidentBytes / BytesPerMebibyte))]),
                ]));
        }
    }

    private static void Suite(HtmlPage page, string suite, IReadOnlyList<MicroResult> benchmarks)
    {
        page.Headline(suite);
        page.Table(
            ["Benchmark", "Mean", "±", "Allocated"],
            benchmarks.Select(micro => new HtmlCell[]
            {
                micro.Name,
                new(Wording.Time(Statistics.Median(micro.MeanNanoseconds)), "number"),
                new(Wording.Time(micro.ErrorNanoseconds), "number quiet"),
                new(micro.AllocatedBytes is { } bytes ? $"{bytes:#,0} B" : "", "number"),
            }));
        var greatest = benchmarks.Max(micro => Statistics.Median(micro.MeanNanoseconds));
        var (unit, scale) = greatest switch { >= 1e6 => ("ms", 1e-6), >= 1e3 => ("µs", 1e-3), _ => ("ns", 1.0) };
        page.Figure(SvgChart.Bars(
            $"Mean, {unit}",
            [.. benchmarks.Select(micro => new ChartBar(micro.Name, Statistics.Median(micro.MeanNanoseconds) * scale))]));
    }
}
