namespace InternalChat.Benchmarks.Engine;

/// <summary>A clock whose timers run when they are told to, on the thread that tells them.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<Timer> _timers = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(_timers, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets the timers that are set strike, and those that are set meanwhile, until none is.</summary>
    public void Strike()
    {
        while (_timers.Count > 0)
            _timers[^1].Strike();
    }

    private sealed class Timer(List<Timer> set, TimerCallback callback, object? state) : ITimer
    {
        public void Strike()
        {
            set.Remove(this);
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            set.Remove(this);
            if (dueTime != Timeout.InfiniteTimeSpan)
                set.Add(this);
            return true;
        }

        public void Dispose() => set.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
