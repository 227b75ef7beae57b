using HdrHistogram;
using InternalChat.Flood.Measurement;
using InternalChat.Reporting;

namespace InternalChat.Flood.Report;

/// <summary>From a report to the charts of its page. A chart without anything to show is left out.</summary>
internal static class ReportCharts
{
    private const int TicksPerHalfDistance = 10;
    private static readonly ChartAxis Seconds = new("seconds since the warm-up ended");

    internal static IEnumerable<string> OverTime(RunReport report)
    {
        var names = report.Series
            .SelectMany(point => point.Rates.Where(rate => rate.Value > 0).Select(rate => rate.Key))
            .Distinct()
            .ToList();
        var rates = names
            .Where(name => name != "errors")
            .Select(name => Line(report, ReportText.Words(name), point => point.Rates.GetValueOrDefault(name)));
        ChartLine[] lines = [.. rates, .. Asked(report)];
        if (lines.Length > 0)
            yield return SvgChart.Lines("Rate", Seconds, new ChartAxis("a second") { Minimum = 0 }, lines);
        if (report.Series.Select(point => point.Connections).Distinct().Count() > 1)
        {
            yield return SvgChart.Lines("Connections", Seconds, new ChartAxis("open") { Minimum = 0 },
                [Line(report, "open", point => point.Connections)]);
        }

        foreach (var kind in LatencyKinds.All.Where(kind => report.Latencies.ContainsKey(LatencyKinds.Name(kind))))
        {
            if (Latency(report, kind) is { } chart)
                yield return chart;
        }

        if (report.Processor.ServerCores is not null)
        {
            yield return SvgChart.Lines("CPU", Seconds, new ChartAxis("cores") { Minimum = 0 },
                [Line(report, "server", point => point.ServerCores), Line(report, "this tool", point => point.OwnCores)]);
            yield return SvgChart.Lines("Server's memory", Seconds, new ChartAxis("MiB RSS") { Minimum = 0 },
                [Line(report, "server", point => point.ServerMemoryBytes / 1_048_576.0)]);
        }

        if (names.Contains("errors"))
        {
            yield return SvgChart.Lines("Errors", Seconds, new ChartAxis("a second") { Minimum = 0 },
                [Line(report, "errors", point => point.Rates.GetValueOrDefault("errors"))]);
        }
    }

    /// <returns>Null where the run has no latency.</returns>
    internal static string? Percentiles(RunReport report) => report.Latencies.Count == 0 ? null : SvgChart.Lines(
        "Latency by percentile, corrected",
        new ChartAxis("share of all that took no longer", AxisScale.Percentile) { Minimum = 0 },
        new ChartAxis("ms", AxisScale.Logarithmic),
        LatencyKinds.All.Where(kind => report.Latencies.ContainsKey(LatencyKinds.Name(kind))).Select(kind => new ChartLine(
            LatencyKinds.Label(kind),
            [
                .. report.Latencies[LatencyKinds.Name(kind)].CorrectedHistogram.Percentiles(TicksPerHalfDistance)
                    .Where(step => step.PercentileLevelIteratedTo < 100)
                    .Select(step => (step.PercentileLevelIteratedTo, step.ValueIteratedTo / 1e3)),
            ])));

    /// <summary>The steps of the rate, from the begin to the end of each.</summary>
    private static IEnumerable<ChartLine> Asked(RunReport report)
    {
        if (report.Stages.Count > 0)
        {
            yield return new ChartLine("asked for", [.. report.Stages.SelectMany(stage => new[]
            {
                (stage.FromSeconds, stage.RateAsked), (stage.FromSeconds + stage.Seconds, stage.RateAsked),
            })]);
        }
    }

    /// <returns>Null where no second of the series has any.</returns>
    private static string? Latency(RunReport report, LatencyKind kind)
    {
        var name = LatencyKinds.Name(kind);
        return report.Series.Any(point => point.Latencies.ContainsKey(name))
            ? SvgChart.Lines(
                $"Latency: {LatencyKinds.Label(kind)}, corrected",
                Seconds,
                new ChartAxis("ms", AxisScale.Logarithmic),
                [
                    Line(report, "p50", point => Milliseconds(point, name, latency => latency.P50)),
                    Line(report, "p99", point => Milliseconds(point, name, latency => latency.P99)),
                    Line(report, "max", point => Milliseconds(point, name, latency => latency.Max)),
                ])
            : null;
    }

    private static double? Milliseconds(SeriesPoint point, string name, Func<LatencySummary, long> choose) =>
        point.Latencies.TryGetValue(name, out var latency) ? choose(latency) / 1e3 : null;

    private static ChartLine Line(RunReport report, string name, Func<SeriesPoint, double?> choose) => new(
        name, [.. report.Series.Where(point => choose(point) is not null).Select(point => (point.Seconds, choose(point)!.Value))]);
}
