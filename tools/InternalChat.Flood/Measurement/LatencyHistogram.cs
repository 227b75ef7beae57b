using System.Diagnostics;
using HdrHistogram;

namespace InternalChat.Flood.Measurement;

/// <summary>
/// One latency twice, in Stopwatch ticks: from when the command was sent, and from when it ought to have been. They differ where an
/// open loop fell behind; whoever counts only the first omits the waiting that the slow server itself has caused.
/// </summary>
/// <param name="Raw">From when the command was sent.</param>
/// <param name="Corrected">From when it was due.</param>
/// <param name="IntendedAt">When it was due.</param>
internal readonly record struct LatencySample(long Raw, long Corrected, long IntendedAt)
{
    internal LatencySample(in SendTimes times, long now)
        : this(now - times.SentAt, now - times.IntendedAt, times.IntendedAt)
    {
    }
}

/// <summary>
/// All latencies of one kind, raw and corrected for coordinated omission, of the whole run, of the time since it was last asked, and of
/// what was due in each stage where there are several.
/// Any thread; connections bring theirs in batches, so that there is one histogram and no contention.
/// </summary>
/// <remarks>
/// Corrected means: in an open loop, from the time when the command was due. A closed loop has no such time: a client that keeps a
/// window full sends because it was answered, and there corrected equals raw.
/// </remarks>
/// <param name="clock">Knows the stages.</param>
internal sealed class LatencyHistogram(RunClock clock)
{
    private readonly Distributions?[] _stages = new Distributions?[clock.Stages > 1 ? clock.Stages : 0];
    private readonly Distributions _total = new();
    private readonly Distributions _sinceAsked = new();
    private readonly Lock _gate = new();

    /// <summary>Takes a batch.</summary>
    internal void Add(ReadOnlySpan<LatencySample> samples)
    {
        lock (_gate)
        {
            foreach (var sample in samples)
            {
                _sinceAsked.Record(sample);
                if (_stages.Length > 0 && clock.StageOf(sample.IntendedAt) is >= 0 and var stage)
                    (_stages[stage] ??= new()).Record(sample);
            }
        }
    }

    /// <summary>The corrected latencies since this was last asked.</summary>
    internal LatencySummary TakeSinceAsked()
    {
        lock (_gate)
        {
            var summary = LatencySummary.Of(_sinceAsked.Corrected);
            _total.Take(_sinceAsked);
            return summary;
        }
    }

    /// <summary>Everything; the histograms are copies, in microseconds.</summary>
    internal (HistogramBase Raw, HistogramBase Corrected) Copy()
    {
        lock (_gate)
        {
            _total.Take(_sinceAsked);
            return (_total.Raw.Copy(), _total.Corrected.Copy());
        }
    }

    /// <summary>What was due in one stage, as <see cref="Copy"/>; null where there is none.</summary>
    internal (HistogramBase Raw, HistogramBase Corrected)? CopyOfStage(int stage)
    {
        if (_stages.Length == 0)
            return Copy();
        lock (_gate)
            return _stages[stage] is { } found ? (found.Raw.Copy(), found.Corrected.Copy()) : null;
    }

    /// <summary>Corrected is the same histogram as raw until the first sample that differs: closed loops pay for one.</summary>
    private sealed class Distributions
    {
        private const long MicrosecondsPerHour = 3_600_000_000;
        private static readonly double MicrosecondsPerTick = 1e6 / Stopwatch.Frequency;

        internal HistogramBase Raw { get; } = new LongHistogram(1, MicrosecondsPerHour, numberOfSignificantValueDigits: 3);

        internal HistogramBase Corrected { get; private set; }

        internal Distributions() => Corrected = Raw;

        internal void Record(in LatencySample sample)
        {
            var raw = Microseconds(sample.Raw);
            if (sample.Corrected != sample.Raw)
                Separate();
            Raw.RecordValue(raw);
            if (!ReferenceEquals(Raw, Corrected))
                Corrected.RecordValue(Microseconds(sample.Corrected));
        }

        /// <summary>Moves everything over from another.</summary>
        internal void Take(Distributions other)
        {
            if (other.Raw.TotalCount == 0)
                return;
            if (!ReferenceEquals(other.Raw, other.Corrected))
                Separate();
            Raw.Add(other.Raw);
            if (!ReferenceEquals(Raw, Corrected))
                Corrected.Add(other.Corrected);
            other.Raw.Reset();
            other.Corrected.Reset();
        }

        private void Separate()
        {
            if (ReferenceEquals(Raw, Corrected))
                Corrected = Raw.Copy();
        }

        private static long Microseconds(long ticks) => Math.Clamp((long)Math.Round(ticks * MicrosecondsPerTick), 1, MicrosecondsPerHour);
    }
}

/// <summary>Points of a latency distribution, in microseconds.</summary>
internal sealed record LatencySummary(long Count, long P50, long P90, long P99, long P999, long Max)
{
    internal static LatencySummary Of(HistogramBase histogram) => histogram.TotalCount == 0
        ? new LatencySummary(0, 0, 0, 0, 0, 0)
        : new LatencySummary(
            histogram.TotalCount,
            histogram.GetValueAtPercentile(50),
            histogram.GetValueAtPercentile(90),
            histogram.GetValueAtPercentile(99),
            histogram.GetValueAtPercentile(99.9),
            histogram.GetMaxValue());
}
