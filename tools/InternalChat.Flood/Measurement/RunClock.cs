using System.Diagnostics;

namespace InternalChat.Flood.Measurement;

/// <summary>The phases of a run, in Stopwatch ticks: warm-up, the measured time, the end. Any thread.</summary>
internal sealed class RunClock
{
    private long _end;

    internal RunClock(TimeSpan warmup, TimeSpan duration)
    {
        Start = Stopwatch.GetTimestamp();
        MeasuredFrom = Start + Ticks(warmup);
        _end = MeasuredFrom + Ticks(duration);
    }

    internal long Start { get; }

    internal long MeasuredFrom { get; }

    /// <summary>From here on nothing is sent.</summary>
    internal long End => Volatile.Read(ref _end);

    internal TimeSpan Measured => Stopwatch.GetElapsedTime(MeasuredFrom, Math.Max(MeasuredFrom, End));

    internal bool IsMeasured(long time) => time >= MeasuredFrom && time < End;

    /// <summary>Ends the sending now, where it has not ended.</summary>
    internal void Stop() => Volatile.Write(ref _end, Math.Min(End, Stopwatch.GetTimestamp()));

    /// <summary>Waits for a point of the run; comes back early when cancelled.</summary>
    internal static async Task WaitUntilAsync(long time, CancellationToken cancellationToken)
    {
        var rest = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), time);
        if (rest > TimeSpan.Zero)
            await Task.Delay(rest, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
