namespace InternalChat.Flood.Report;

/// <summary>A report for people. (The culture is invariant in this project.)</summary>
internal static class ConsoleReport
{
    internal static void Write(RunReport report, TextWriter output)
    {
        output.WriteLine($"{report.Scenario}: {report.Load}, measured {report.MeasuredSeconds:0.00} s");
        output.WriteLine();
        WriteLatencies(report, output);
        output.WriteLine();
        output.WriteLine($"rate       {report.AcknowledgedPerSecond:N0}/s acknowledged, {report.ReceivedPerSecond:N0}/s received");
        if (report.Schedule is { } schedule)
        {
            output.WriteLine($"schedule   {schedule.Behind:N0} sends more than {schedule.ToleranceMilliseconds} ms late, "
                + $"{schedule.NeverSent:N0} never sent, worst {schedule.WorstDelayMilliseconds:0.000} ms late");
            if (schedule.NeverSent > 0)
                output.WriteLine("           the load could not be kept up: the latencies are of what was sent");
        }

        WriteProcessor(report.Processor, output);
        WriteProof(report.Proof, output);
        foreach (var (error, count) in report.Errors)
            output.WriteLine($"error      {count:N0} × {error}");
        output.WriteLine(report.IsClean ? "result     clean" : "result     FAILED");
    }

    private static void WriteLatencies(RunReport report, TextWriter output)
    {
        output.WriteLine($"{"latency, ms",-16}{"count",12}{"p50",11}{"p90",11}{"p99",11}{"p99.9",11}{"max",11}");
        foreach (var (kind, latency) in report.Latencies.Where(entry => entry.Value.Count > 0))
        {
            output.WriteLine($"{kind,-16}{latency.Count,12:N0}{latency.P50 / 1e3,11:0.000}{latency.P90 / 1e3,11:0.000}"
                + $"{latency.P99 / 1e3,11:0.000}{latency.P999 / 1e3,11:0.000}{latency.Max / 1e3,11:0.000}");
        }
    }

    private static void WriteProcessor(ProcessorReport processor, TextWriter output)
    {
        if (processor.ServerCores is { } cores)
        {
            output.WriteLine($"server     {processor.ServerMicrosecondsPerMessage:0.00} µs CPU a message, {cores:0.00} cores"
                + (processor.ServerMemoryBytes is { } memory ? $", {memory / 1048576.0:0.0} MiB RSS" : ", gone at the end"));
        }

        output.WriteLine($"this tool  {processor.OwnMicrosecondsPerMessage:0.00} µs CPU a message, {processor.OwnCores:0.00} cores");
    }

    private static void WriteProof(ProofOfWork proof, TextWriter output)
    {
        output.WriteLine($"messages   {proof.Sent:N0} sent, {proof.Acknowledged:N0} acknowledged, {proof.Rejected:N0} rejected, "
            + $"{proof.Unanswered:N0} unanswered");
        output.WriteLine($"proof      {proof.Lost:N0} lost, {proof.Duplicated:N0} duplicated, {proof.Reordered:N0} reordered, "
            + $"{proof.Corrupted:N0} corrupted, {proof.MissingReceipts:N0} receipts missing");
        if (proof.OfOtherRuns > 0)
            output.WriteLine($"           {proof.OfOtherRuns:N0} messages of earlier runs were still pending");
    }
}
