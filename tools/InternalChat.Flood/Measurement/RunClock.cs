using System.Diagnostics;

namespace InternalChat.Flood.Measurement;

/// <summary>
/// The phases of a run, in Stopwatch ticks: preparation until <see cref="Begin"/>, warm-up, the measured time, the end. Any thread.
/// </summary>
internal sealed class RunClock(TimeSpan warmup, TimeSpan duration) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private long _start = long.MaxValue;
    private long _measuredFrom = long.MaxValue;
    private long _end = long.MaxValue;

    internal TimeSpan Warmup { get; } = warmup;

    internal TimeSpan Duration { get; } = duration;

    /// <summary>Far away before <see cref="Begin"/>, as the other two.</summary>
    internal long Start => Volatile.Read(ref _start);

    internal long MeasuredFrom => Volatile.Read(ref _measuredFrom);

    /// <summary>From here on nothing is due.</summary>
    internal long End => Volatile.Read(ref _end);

    /// <summary>Cancelled by <see cref="Stop"/>; not by the end that the duration brings.</summary>
    internal CancellationToken Stopped => _ended.Token;

    internal TimeSpan Measured => Stopwatch.GetElapsedTime(MeasuredFrom, Math.Max(MeasuredFrom, End));

    internal bool IsMeasured(long time) => time >= MeasuredFrom && time < End;

    /// <summary>Warm-up begins now.</summary>
    internal void Begin()
    {
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            Volatile.Write(ref _end, Math.Min(_end, now + Ticks(Warmup) + Ticks(Duration)));
            Volatile.Write(ref _measuredFrom, now + Ticks(Warmup));
            Volatile.Write(ref _start, now);
        }
    }

    /// <summary>Ends the load now, where it has not ended.</summary>
    internal void Stop()
    {
        lock (_gate)
            Volatile.Write(ref _end, Math.Min(_end, Stopwatch.GetTimestamp()));
        _ended.Cancel();
    }

    /// <summary>Waits for the end of the load.</summary>
    internal Task WaitForEndAsync() => WaitUntilAsync(End);

    /// <summary>Waits for a time, to the millisecond, or for the end of the load where that comes first.</summary>
    /// <param name="time">In Stopwatch ticks.</param>
    /// <returns>False where it was the end.</returns>
    internal async Task<bool> WaitUntilAsync(long time)
    {
        for (var rest = RestUntil(time); rest > TimeSpan.Zero; rest = RestUntil(time))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)), Stopped)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return time < End;
    }

    public void Dispose() => _ended.Dispose();

    private TimeSpan RestUntil(long time) => Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), Math.Min(time, End));

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
