namespace InternalChat.Flood.Measurement;

/// <summary>The latencies of a run, by kind. Any thread.</summary>
/// <param name="clock">Knows the stages.</param>
internal sealed class RunLatencies(RunClock clock)
{
    private readonly LatencyHistogram?[] _histograms = new LatencyHistogram?[LatencyKinds.All.Count];
    private readonly Lock _gate = new();

    /// <summary>For one connection, where there are many records.</summary>
    internal LatencyRecorder Recorder(LatencyKind kind) => new(Of(kind));

    /// <summary>One latency, where there are few. See <see cref="LatencyRecorder.Record"/>.</summary>
    internal void Record(LatencyKind kind, long sentAt, long intendedAt, long now) =>
        Of(kind).Add([new LatencySample(new SendTimes(sentAt, intendedAt), now)]);

    /// <summary>The corrected latencies of each kind since this was last asked; kinds without any are left out.</summary>
    internal IReadOnlyDictionary<string, LatencySummary> TakeSinceAsked() => Used()
        .Select(used => (used.Kind, Summary: used.Histogram.TakeSinceAsked()))
        .Where(used => used.Summary.Count > 0)
        .ToDictionary(used => LatencyKinds.Name(used.Kind), used => used.Summary);

    /// <summary>The kinds that are in use, in the order of <see cref="LatencyKind"/>.</summary>
    internal IReadOnlyList<(LatencyKind Kind, LatencyHistogram Histogram)> Used()
    {
        lock (_gate)
            return [.. LatencyKinds.All.Where(kind => _histograms[(int)kind] is not null).Select(kind => (kind, _histograms[(int)kind]!))];
    }

    private LatencyHistogram Of(LatencyKind kind)
    {
        lock (_gate)
            return _histograms[(int)kind] ??= new LatencyHistogram(clock);
    }
}
