using System.Diagnostics;
using HdrHistogram;

namespace InternalChat.Flood.Measurement;

/// <summary>All latencies of one kind. Connections bring theirs in batches, so that there is one histogram and no contention.</summary>
internal sealed class LatencyHistogram
{
    private const long MicrosecondsPerMinute = 60_000_000;
    private static readonly double MicrosecondsPerTick = 1e6 / Stopwatch.Frequency;

    private readonly LongHistogram _histogram = new(1, MicrosecondsPerMinute, numberOfSignificantValueDigits: 3);
    private readonly Lock _gate = new();

    internal void Add(ReadOnlySpan<long> ticks)
    {
        lock (_gate)
        {
            foreach (var value in ticks)
                _histogram.RecordValue(Math.Clamp((long)Math.Round(value * MicrosecondsPerTick), 1, MicrosecondsPerMinute));
        }
    }

    internal LatencySummary Summarize()
    {
        lock (_gate)
        {
            return _histogram.TotalCount == 0
                ? new LatencySummary(0, 0, 0, 0, 0, 0)
                : new LatencySummary(
                    _histogram.TotalCount,
                    _histogram.GetValueAtPercentile(50),
                    _histogram.GetValueAtPercentile(90),
                    _histogram.GetValueAtPercentile(99),
                    _histogram.GetValueAtPercentile(99.9),
                    _histogram.GetMaxValue());
        }
    }
}

/// <summary>Points of a latency distribution, in microseconds.</summary>
internal sealed record LatencySummary(long Count, long P50, long P90, long P99, long P999, long Max);

/// <summary>One connection's way into a <see cref="LatencyHistogram"/>. One thread.</summary>
internal sealed class LatencyRecorder(LatencyHistogram histogram)
{
    private readonly long[] _ticks = new long[128];
    private int _count;

    internal void Record(long ticks)
    {
        _ticks[_count++] = ticks;
        if (_count == _ticks.Length)
            Flush();
    }

    internal void Flush()
    {
        histogram.Add(_ticks.AsSpan(0, _count));
        _count = 0;
    }
}
