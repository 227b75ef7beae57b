using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace InternalChat.Flood.Measurement;

/// <summary>
/// The phases of a run, in Stopwatch ticks: preparation until <see cref="Begin"/>, warm-up, the measured time in one or more stages, the
/// end. Any thread.
/// </summary>
internal sealed class RunClock : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();

    // From the begin of the measured time to the end of each stage.
    private readonly long[] _stageEnds;
    private long _start = long.MaxValue;
    private long _measuredFrom = long.MaxValue;
    private long _end = long.MaxValue;

    /// <param name="warmup">Load before the measured time.</param>
    /// <param name="stages">Of the measured time: at least one.</param>
    internal RunClock(TimeSpan warmup, params IReadOnlyList<TimeSpan> stages)
    {
        Warmup = warmup;
        _stageEnds = new long[stages.Count];
        for (var i = 0; i < _stageEnds.Length; i++)
        {
            Duration += stages[i];
            _stageEnds[i] = Ticks(Duration);
        }
    }

    internal TimeSpan Warmup { get; }

    internal TimeSpan Duration { get; }

    /// <summary>Warm-up and measured time, for people.</summary>
    internal Duration Whole => new(Warmup + Duration);

    internal int Stages => _stageEnds.Length;

    /// <summary>Far away before <see cref="Begin"/>, as the other two.</summary>
    internal long Start => Volatile.Read(ref _start);

    internal long MeasuredFrom => Volatile.Read(ref _measuredFrom);

    /// <summary>From here on nothing is due.</summary>
    internal long End => Volatile.Read(ref _end);

    /// <summary>Cancelled by <see cref="Stop"/>; not by the end that the duration brings.</summary>
    internal CancellationToken Stopped => _ended.Token;

    internal TimeSpan Measured => Stopwatch.GetElapsedTime(MeasuredFrom, Math.Max(MeasuredFrom, End));

    internal bool IsMeasured(long time) => time >= MeasuredFrom && time < End;

    /// <summary>When a stage begins; far away before <see cref="Begin"/>.</summary>
    internal long StageFrom(int stage) => stage == 0 || MeasuredFrom == long.MaxValue ? MeasuredFrom : MeasuredFrom + _stageEnds[stage - 1];

    /// <summary>When a stage ends, or the load where that is earlier; not before it begins.</summary>
    internal long StageUntil(int stage) => Math.Max(StageFrom(stage), Math.Min(MeasuredFrom + _stageEnds[stage], End));

    /// <summary>Which stage a time is in; below 0 where it is not in the measured time.</summary>
    internal int StageOf(long time)
    {
        if (!IsMeasured(time))
            return -1;
        var stage = 0;
        while (stage < Stages - 1 && time - MeasuredFrom >= _stageEnds[stage])
            stage++;
        return stage;
    }

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

    /// <summary>Ends the load when all of these have ended: where every connection is gone there is nothing to wait for.</summary>
    internal async Task StopAfterAsync(params IEnumerable<Task> readers)
    {
        await Task.WhenAll(readers);
        Stop();
    }

    public void Dispose() => _ended.Dispose();

    private TimeSpan RestUntil(long time) => Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), Math.Min(time, End));

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}

/// <summary>A time as people write it: <c>500ms</c>, <c>10s</c>, <c>2m</c>, <c>1h</c>; at most a day.</summary>
internal readonly record struct Duration(TimeSpan Value)
{
    private static readonly (string Name, TimeSpan Length)[] Units =
    [
        ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)), ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    /// <returns>False where it is no number with a unit, or more than a day.</returns>
    internal static bool TryParse(string text, out Duration duration)
    {
        duration = default;
        var digits = text.TrimEnd("hms".ToCharArray());
        var unit = Array.Find(Units, unit => unit.Name == text[digits.Length..]);
        if (unit.Name is null
            || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > TimeSpan.TicksPerDay / (decimal)unit.Length.Ticks)
        {
            return false;
        }

        duration = new Duration(TimeSpan.FromTicks((long)(number * unit.Length.Ticks)));
        return true;
    }

    public static implicit operator TimeSpan(Duration duration) => duration.Value;

    /// <summary>In the greatest unit that it is a whole number of, or else in milliseconds; <see cref="TryParse"/> takes it.</summary>
    public override string ToString()
    {
        var ticks = Value.Ticks;
        var unit = ticks == 0 ? Units[^2] : Array.Find(Units, unit => ticks % unit.Length.Ticks == 0);
        return unit.Name is null ? $"{Value.TotalMilliseconds:0.####}ms" : $"{ticks / unit.Length.Ticks}{unit.Name}";
    }
}

/// <summary>Sleeps that end within some 10 µs of their time: .NET's own last a millisecond, as long as what is measured.</summary>
internal static class PreciseSleep
{
    private const int SetTimerSlack = 29;

    /// <summary>Asks the kernel not to delay this thread's timers by the usual 50 µs.</summary>
    internal static void PrepareThread()
    {
        if (OperatingSystem.IsLinux())
            _ = ControlProcess(SetTimerSlack, 1, 0, 0, 0);
    }

    /// <param name="timestamp">In Stopwatch ticks; returns at once where it has passed.</param>
    internal static void WaitUntil(long timestamp)
    {
        var time = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp);
        if (time <= TimeSpan.Zero)
            return;
        if (!OperatingSystem.IsLinux())
        {
            Thread.Sleep(time);
            return;
        }

        var request = new TimeSpecification((long)time.TotalSeconds, time.Ticks % TimeSpan.TicksPerSecond * 100);
        _ = Sleep(in request, 0);
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sleep(in TimeSpecification request, nint remaining);

    [DllImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ControlProcess(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpecification(long Seconds, long Nanoseconds);
}
