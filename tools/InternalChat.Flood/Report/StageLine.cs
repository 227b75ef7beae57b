namespace InternalChat.Flood.Report;

/// <summary>A stage in one line.</summary>
internal static class StageLine
{
    internal static string Of(StageReport stage) =>
        $"{stage.FromSeconds:0.#} to {stage.FromSeconds + stage.Seconds:0.#} s at {stage.RatePerSecond:0.##}/s: {stage.Schedule.Due:N0} due, "
            + $"{stage.Schedule.Behind:N0} late, {stage.Schedule.NeverSent:N0} never sent"
            + string.Concat(stage.Latencies.Select(latency =>
                $"; {latency.Key} p50 {latency.Value.P50 / 1e3:0.000} p99 {latency.Value.P99 / 1e3:0.000} max {latency.Value.Max / 1e3:0.000} ms"));
}
