using System.Diagnostics;

namespace InternalChat.Flood.Measurement;

/// <summary>
/// One connection's way into a <see cref="LatencyHistogram"/>. One thread. What is recorded is in the histogram at the latest with the
/// first record that comes a tenth of a second later, or with <see cref="Flush"/>.
/// </summary>
/// <param name="histogram">Shared by all connections.</param>
internal sealed class LatencyRecorder(LatencyHistogram histogram)
{
    private const int BatchSize = 64;
    private static readonly long LongestWait = Stopwatch.Frequency / 10;

    // Made when first needed: of many thousand idle connections most never record.
    private LatencySample[]? _samples;
    private int _count;
    private long _lastFlush;

    /// <summary>All in Stopwatch ticks.</summary>
    /// <param name="sentAt">When the command was sent.</param>
    /// <param name="intendedAt">When it was due; <paramref name="sentAt"/> in a closed loop.</param>
    /// <param name="now">When it was answered.</param>
    internal void Record(long sentAt, long intendedAt, long now)
    {
        _samples ??= new LatencySample[BatchSize];
        _samples[_count++] = new LatencySample(new SendTimes(sentAt, intendedAt), now);
        if (_count < BatchSize && now - _lastFlush < LongestWait)
            return;
        _lastFlush = now;
        Flush();
    }

    internal void Flush()
    {
        histogram.Add(_samples.AsSpan(0, _count));
        _count = 0;
    }
}
