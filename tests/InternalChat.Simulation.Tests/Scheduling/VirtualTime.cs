namespace InternalChat.Simulation.Tests.Scheduling;

/// <summary>The scheduler's clock as a domain sees it.</summary>
internal sealed class VirtualTime(Scheduler scheduler, Domain domain) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => scheduler.Now;

    public override DateTimeOffset GetUtcNow() => Beginning + TimeSpan.FromTicks(scheduler.Now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(scheduler, domain, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer whose calls are steps of its domain.</summary>
internal sealed class VirtualTimer(Scheduler scheduler, Domain domain, TimerCallback callback, object? state) : ITimer
{
    private int _version;
    private TimeSpan _period = Timeout.InfiniteTimeSpan;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _version++;
        _period = period;
        if (dueTime != Timeout.InfiniteTimeSpan)
            scheduler.Add(this, _version, scheduler.Now + dueTime.Ticks);
        return true;
    }

    /// <summary>Called by the scheduler when the time has come.</summary>
    /// <returns>Whether the timer was still set.</returns>
    public bool TryFire(int version)
    {
        if (version != _version || domain.IsDead)
            return false;
        if (_period != Timeout.InfiniteTimeSpan && _period > TimeSpan.Zero)
            scheduler.Add(this, _version, scheduler.Now + _period.Ticks);
        domain.Post(static timer => ((VirtualTimer)timer!).Call(), this);
        return true;
    }

    public void Dispose() => _version++;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Call() => callback(state);
}
