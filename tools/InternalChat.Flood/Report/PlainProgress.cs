namespace InternalChat.Flood.Report;

/// <summary>The sentences, and what happened in each second, a line each.</summary>
internal sealed class PlainProgress(TextWriter output) : IRunObserver
{
    public void OnProgress(string sentence) => output.WriteLine(TerminalText.Plain(sentence));

    public void OnBegin(TimeSpan warmup, TimeSpan duration)
    {
    }

    public void OnSample(SeriesPoint point)
    {
        var rates = point.Rates.Where(rate => rate.Value > 0).Select(rate => $"{rate.Key} {rate.Value:N0}/s");
        var latencies = point.Latencies.Select(latency =>
            $"{latency.Key} p50 {latency.Value.P50 / 1e3:0.00} p99 {latency.Value.P99 / 1e3:0.00} ms");
        var server = point is { ServerCores: { } cores, ServerMemoryBytes: { } memory }
            ? [$"server {cores:0.00} cores {memory / 1_048_576.0:0} MiB"]
            : Array.Empty<string>();
        var asked = point.RateAsked is { } rate ? [$"asked {rate:#,0.##}/s"] : Array.Empty<string>();
        string[] parts = [$"connections {point.Connections:N0}", .. asked, .. rates, .. latencies, .. server];
        output.WriteLine($"{point.Seconds,6:0.0} s  {string.Join(", ", parts)}");
    }

    public void OnEnd()
    {
    }
}
