namespace InternalChat.Storage.Sqlite.Removal;

/// <summary>
/// How old a message may become, what that is by the wall clock, and when to look again. <see cref="Limit"/> and what is computed from it:
/// any thread; the looks: the writer's.
/// </summary>
internal sealed class RetentionClock(TimeProvider time)
{
    /// <summary>By so much, in seconds, a clock may be wrong without anything being made of it.</summary>
    public const long Tolerance = 3_600;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    private long _limitTicks;
    private long? _lastLook;

    /// <summary>How old a message may become; null for any age.</summary>
    public TimeSpan? Limit
    {
        get => Volatile.Read(ref _limitTicks) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;
        set => Volatile.Write(ref _limitTicks, value?.Ticks ?? 0);
    }

    /// <summary>The limit of the last look.</summary>
    public TimeSpan LimitOfLook { get; private set; }

    /// <summary>What is dated after it is in the future.</summary>
    public long Latest => Now + Tolerance;

    /// <summary>Running time since the last look; zero if there was none.</summary>
    public TimeSpan SinceLook => _lastLook is { } lastLook ? time.GetElapsedTime(lastLook) : TimeSpan.Zero;

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>What is dated before it is older than a limit, in Unix seconds.</summary>
    public long CutoffOf(TimeSpan limit) => Now - (long)limit.TotalSeconds;

    /// <summary>
    /// Often enough that a message outlives the limit by a hundredth, so seldom that a line in the log each time is no burden. While
    /// running time counts, often enough that a restart costs little of it.
    /// </summary>
    public bool IsTimeToLook(TimeSpan limit, bool countsTime)
    {
        var longest = countsTime ? ShortestInterval : LongestInterval;
        var interval = TimeSpan.FromTicks(Math.Clamp(limit.Ticks / 100, ShortestInterval.Ticks, longest.Ticks));
        return _lastLook is null || limit != LimitOfLook || SinceLook >= interval;
    }

    /// <summary>A look begins.</summary>
    public void LookAt(TimeSpan limit) => LimitOfLook = limit;

    /// <summary>What the look that began then has found is in the file.</summary>
    public void Looked(long began) => _lastLook = began;

    /// <summary>The next look is due at once.</summary>
    public void Forget() => _lastLook = null;

    /// <summary>A time that no calendar has, as the original server could write it, becomes its nearest.</summary>
    public static DateTimeOffset Date(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(
        unixSeconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
}
