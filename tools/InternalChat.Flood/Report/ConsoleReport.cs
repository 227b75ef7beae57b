using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Report;

/// <summary>A report for people. (The culture is invariant in this project.)</summary>
internal sealed class ConsoleReport(TextWriter output) : IReportOutput
{
    public Task WriteAsync(RunReport report)
    {
        output.WriteLine($"{report.Scenario}: {report.Load}, measured {report.MeasuredSeconds:0.00} s");
        output.WriteLine();
        if (report.Latencies.Count > 0)
            WriteLatencies(report.Latencies);
        output.WriteLine("rate       " + Joined(report.Rates.Where(rate => rate.Value > 0), rate => $"{rate.Value:N0}/s {Words(rate.Key)}"));
        if (report.Schedule is { } schedule)
        {
            output.WriteLine($"schedule   {schedule.Due:N0} due, {schedule.Behind:N0} more than {schedule.ToleranceMilliseconds} ms late, "
                + $"{schedule.NeverSent:N0} never sent, worst {schedule.WorstDelayMilliseconds:0.000} ms late");
        }

        WriteProcessor(report.Processor);
        var checks = report.Checks.ToLookup(check => check.Rule == CheckRule.MustBeZero);
        output.WriteLine("counted    " + Joined(checks[false], check => $"{check.Count:N0} {Words(check.Name)}"));
        output.WriteLine("proof      " + Joined(checks[true], check => $"{check.Count:N0} {Words(check.Name)}"));
        foreach (var (error, count) in report.ExpectedErrors)
            output.WriteLine($"expected   {count:N0} × {TerminalText.Plain(error)}");
        foreach (var (error, count) in report.Errors)
            output.WriteLine($"error      {count:N0} × {TerminalText.Plain(error)}");
        foreach (var verdict in report.Verdicts)
            output.WriteLine($"{(verdict.IsPassed ? "passed" : "failure"),-11}{TerminalText.Plain(verdict.Sentence)}");
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
        (microseconds is null ? "" : $"{microseconds:0.00} µs CPU for each {Words(unit)}, ") + $"{cores:0.00} cores";

    private static string Joined<T>(IEnumerable<T> items, Func<T, string> sentence) => string.Join(", ", items.Select(sentence));

    private static string Words(string name) => name.Replace('_', ' ');
}
