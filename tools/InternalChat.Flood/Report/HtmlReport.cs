using System.Runtime.InteropServices;
using InternalChat.Flood.Measurement;
using InternalChat.Reporting;

namespace InternalChat.Flood.Report;

/// <summary>A page for people to attach to a report: one file, opens offline, every text escaped.</summary>
internal sealed class HtmlReport(string file) : IReportOutput
{
    public string Name => file;

    public Task WriteAsync(RunReport report) => File.WriteAllTextAsync(file, Page(report));

    internal static string Page(RunReport report)
    {
        var page = new HtmlPage($"flood {report.Scenario}", report.Load);
        page.Paragraph(report.IsClean ? "clean" : "FAILED", report.IsClean ? "good" : "bad");
        page.Paragraph(
            $"{report.StartedAt:yyyy-MM-dd HH:mm:ss} UTC, measured {report.MeasuredSeconds:0.00} s; "
                + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} processors, "
                + RuntimeInformation.FrameworkDescription,
            "quiet");
        if (report.Verdicts.Count > 0)
        {
            page.Table(["asked and found", "verdict"], report.Verdicts.Select(verdict => Row(
                verdict.Sentence, TableCell.Verdict(verdict.IsPassed, "passed", "failed"))));
        }

        AddResults(page, report);
        AddStages(page, report);
        string[] charts = [.. ReportCharts.OverTime(report)];
        if (charts.Length > 0)
            page.Headline("Over time");
        foreach (var chart in charts)
            page.Figure(chart);
        if (ReportCharts.Percentiles(report) is { } percentiles)
        {
            page.Headline("Distribution of latencies");
            page.Figure(percentiles);
        }

        AddProof(page, report);
        return page.ToString();
    }

    private static void AddResults(HtmlPage page, RunReport report)
    {
        if (report.Latencies.Count > 0)
        {
            page.Headline("Latency");
            page.Paragraph(
                "In milliseconds. Corrected: from when a command was due, so that waiting before it was sent counts too.", "quiet");
            page.Table(
                ["kind", "", "count", "p50", "p90", "p99", "p99.9", "max"],
                LatencyKinds.All.Where(kind => report.Latencies.ContainsKey(LatencyKinds.Name(kind))).SelectMany(kind => Latencies(
                    LatencyKinds.Label(kind), report.Latencies[LatencyKinds.Name(kind)])));
        }

        page.Headline("Rates and processor");
        page.Table(["", "value"], Rates(report));
        if (report.Schedule is { } schedule)
        {
            page.Headline("Schedule");
            page.Table(
                ["due", "late", "never sent", "worst delay"],
                [
                    Row(
                        Count(schedule.Due),
                        Count(schedule.Behind),
                        Count(schedule.NeverSent),
                        TableCell.Number($"{schedule.WorstDelayMilliseconds:0.000} ms")),
                ]);
        }
    }

    private static void AddStages(HtmlPage page, RunReport report)
    {
        if (report.Stages.Count == 0)
            return;
        page.Headline("Stages");
        page.Paragraph(
            "Of what was due in each, latency in milliseconds and corrected; sent is what was sent in it, whenever it was due.",
            "quiet");
        LatencyKind[] kinds = [.. LatencyKinds.All.Where(kind => report.Latencies.ContainsKey(LatencyKinds.Name(kind)))];
        page.Table(
            [
                "stage", "from", "asked", "sent", "late", "never sent", "worst delay",
                .. kinds.SelectMany(kind => new[] { $"{LatencyKinds.Label(kind)} p50", "p99" }),
            ],
            report.Stages.Select(stage => Stage(stage, kinds)));
    }

    private static TableCell[] Stage(StageReport stage, LatencyKind[] kinds) =>
    [
        stage.Name,
        TableCell.Number($"{stage.FromSeconds:0.##} s"),
        TableCell.Number($"{stage.RateAsked:#,0.##}/s"),
        TableCell.Number($"{stage.RateReached:N0}/s"),
        Count(stage.Schedule?.Behind ?? 0), Count(stage.Schedule?.NeverSent ?? 0),
        TableCell.Number($"{stage.Schedule?.WorstDelayMilliseconds:0.000} ms"),
        .. kinds.SelectMany(kind => stage.Latencies.TryGetValue(LatencyKinds.Name(kind), out var latency)
            ? new[] { Time(latency.Corrected.P50), Time(latency.Corrected.P99) }
            : ["", ""]),
    ];

    private static void AddProof(HtmlPage page, RunReport report)
    {
        page.Headline("Proof");
        page.Table(["check", "count", "verdict"], report.Checks.Select(check => Row(
            ReportText.Words(check.Name),
            Count(check.Count),
            check.Rule == CheckRule.Information
                ? ""
                : TableCell.Verdict(check.IsPassed, "passed", "failed"))));
        if (report.Errors.Count + report.ExpectedErrors.Count == 0)
            return;
        page.Headline("Errors");
        page.Table(["error", "count", ""],
        [
            .. report.Errors.Select(error => Row(error.Key, Count(error.Value), new TableCell("not expected", "bad"))),
            .. report.ExpectedErrors.Select(error => Row(error.Key, Count(error.Value), "expected")),
        ]);
    }

    private static IEnumerable<IReadOnlyList<TableCell>> Latencies(string label, LatencyReport latency)
    {
        yield return Latency(label, "corrected", latency.Corrected);
        if (latency.Raw != latency.Corrected)
            yield return Latency("", "raw", latency.Raw);
    }

    private static TableCell[] Latency(string label, string form, LatencySummary latency) => Row(
        label, form, Count(latency.Count), Time(latency.P50), Time(latency.P90), Time(latency.P99), Time(latency.P999), Time(latency.Max));

    private static IEnumerable<IReadOnlyList<TableCell>> Rates(RunReport report)
    {
        foreach (var (name, rate) in report.Rates.Where(rate => rate.Value > 0))
            yield return Row(ReportText.Words(name), TableCell.Number($"{rate:N0}/s"));
        var processor = report.Processor;
        if (processor.ServerCores is { } cores)
            yield return Row("server", Processor(cores, processor.ServerMicrosecondsPerUnit, processor.Unit));

        if (processor.ServerMemoryBytes is { } memory)
            yield return Row("server's memory at the end", TableCell.Number($"{memory / 1_048_576.0:0.0} MiB"));
        yield return Row("this tool", Processor(processor.OwnCores, processor.OwnMicrosecondsPerUnit, processor.Unit));
    }

    private static TableCell Processor(double cores, double? microseconds, string unit) =>
        TableCell.Number($"{cores:0.00} cores" + (microseconds is null ? "" : $", {microseconds:0.00} µs for each {Counters.One(unit)}"));

    private static TableCell[] Row(params TableCell[] cells) => cells;

    private static TableCell Count(long count) => TableCell.Number($"{count:N0}");

    private static TableCell Time(long microseconds) => TableCell.Number($"{microseconds / 1e3:0.000}");
}
