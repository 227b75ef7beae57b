using System.Text;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Report;

/// <summary>A report for people. (The culture is invariant in this project.)</summary>
internal sealed class ConsoleReport(TextWriter output) : IReportOutput
{
    private const int Columns = 120;
    private const int Indent = 11;

    public string Name => "the report";

    public Task WriteAsync(RunReport report)
    {
        output.WriteLine($"{report.Scenario}: {report.Load}, measured {report.MeasuredSeconds:0.00} s");
        output.WriteLine();
        if (report.Latencies.Count > 0)
            WriteLatencies(report.Latencies);
        if (report.Stages.Count > 0)
            WriteStages(report);
        WriteJoined("rate", report.Rates.Where(rate => rate.Value > 0), rate => $"{rate.Value:N0}/s {ReportText.Words(rate.Key)}");
        if (report.Schedule is { } schedule)
        {
            output.WriteLine($"schedule   {schedule.Due:N0} due, {schedule.Behind:N0} more than {schedule.ToleranceMilliseconds} ms late, "
                + $"{schedule.NeverSent:N0} never sent, worst {schedule.WorstDelayMilliseconds:0.000} ms late");
        }

        WriteProcessor(report.Processor);
        var checks = report.Checks.ToLookup(check => check.Rule == CheckRule.MustBeZero);
        WriteJoined("counted", checks[false], check => $"{check.Count:N0} {ReportText.Words(check.Name)}");
        WriteJoined("proof", checks[true], check => $"{check.Count:N0} {ReportText.Words(check.Name)}");
        foreach (var (error, count) in report.ExpectedErrors)
            output.WriteLine($"expected   {count:N0} × {ReportText.Plain(error)}");
        foreach (var (error, count) in report.Errors)
            output.WriteLine($"error      {count:N0} × {ReportText.Plain(error)}");
        foreach (var verdict in report.Verdicts)
            output.WriteLine($"{(verdict.IsPassed ? "passed" : "failure"),-11}{ReportText.Plain(verdict.Sentence)}");
        output.WriteLine(report.IsClean ? "result     clean" : "result     FAILED");
        return Task.CompletedTask;
    }

    private void WriteLatencies(IReadOnlyDictionary<string, LatencyReport> latencies)
    {
        output.WriteLine($"{"latency, ms",-18}{"count",12}{"p50",11}{"p90",11}{"p99",11}{"p99.9",11}{"max",11}");
        foreach (var kind in LatencyKinds.All)
        {
            if (!latencies.TryGetValue(LatencyKinds.Name(kind), out var latency))
                continue;
            WriteLatency(LatencyKinds.Label(kind), latency.Corrected);
            if (latency.Raw != latency.Corrected)
                WriteLatency("  from the send", latency.Raw);
        }

        output.WriteLine();
    }

    private void WriteLatency(string label, LatencySummary latency) => output.WriteLine(
        $"{label,-18}{latency.Count,12:N0}{latency.P50 / 1e3,11:0.000}{latency.P90 / 1e3,11:0.000}"
            + $"{latency.P99 / 1e3,11:0.000}{latency.P999 / 1e3,11:0.000}{latency.Max / 1e3,11:0.000}");

    /// <summary>With the run's main latency.</summary>
    private void WriteStages(RunReport report)
    {
        var kind = report.MainLatency;
        var latency = kind is null ? "" : $"  ms, {LatencyKinds.Label(kind)}";
        output.WriteLine($"{"stage",-18}{"asked/s",12}{"sent/s",12}{"late",11}{"never sent",11}{"p50",11}{"p99",11}{latency}");
        foreach (var stage in report.Stages)
        {
            var summary = kind is not null ? stage.Latencies.GetValueOrDefault(kind)?.Corrected : null;
            output.WriteLine(
                $"{$"{stage.Name}, {stage.Seconds:0.##} s",-18}{stage.RateAsked,12:#,0.##}{stage.RateReached,12:N0}"
                    + $"{stage.Schedule?.Behind,11:N0}{stage.Schedule?.NeverSent,11:N0}"
                    + $"{summary?.P50 / 1e3,11:0.000}{summary?.P99 / 1e3,11:0.000}");
        }

        output.WriteLine();
    }

    private void WriteProcessor(ProcessorReport processor)
    {
        if (processor.ServerCores is { } cores)
        {
            output.WriteLine("server     " + Processor(cores, processor.ServerMicrosecondsPerUnit, processor.Unit)
                + (processor.ServerMemoryBytes is { } memory ? $", {memory / 1048576.0:0.0} MiB RSS" : ""));
        }

        output.WriteLine("this tool  " + Processor(processor.OwnCores, processor.OwnMicrosecondsPerUnit, processor.Unit));
    }

    private static string Processor(double cores, double? microseconds, string unit) =>
        (microseconds is null ? "" : $"{microseconds:0.00} µs CPU for each {Counters.One(unit)}, ") + $"{cores:0.00} cores";

    /// <summary>In lines of no more than <see cref="Columns"/>, unless an item alone is longer.</summary>
    private void WriteJoined<T>(string label, IEnumerable<T> items, Func<T, string> sentence)
    {
        var line = new StringBuilder($"{label,-Indent}");
        foreach (var (index, item) in items.Select(sentence).Index())
        {
            if (index > 0 && line.Length + item.Length + 2 > Columns)
            {
                output.WriteLine($"{line},");
                line.Clear().Append(' ', Indent);
            }
            else if (index > 0)
            {
                line.Append(", ");
            }

            line.Append(item);
        }

        if (line.Length > Indent)
            output.WriteLine(line);
    }
}

/// <summary>Texts of a report as people read them.</summary>
internal static class ReportText
{
    /// <summary>The name of a rate or check.</summary>
    internal static string Words(string name) => name.Replace('_', ' ');

    /// <summary>
    /// Text that others wrote, such as a server's reasons, with a dot for each character that would steer the terminal.
    /// </summary>
    internal static string Plain(string text) => string.Create(text.Length, text, static (plain, original) =>
    {
        for (var i = 0; i < plain.Length; i++)
            plain[i] = char.IsControl(original[i]) ? '·' : original[i];
    });
}
