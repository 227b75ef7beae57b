namespace InternalChat.Benchmarks.Engine;

/// <summary>A clock whose timers run when they are told to, on the thread that tells them.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<Timer> _timers = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(callback, state);
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Lets every timer strike once.</summary>
    public void Strike()
    {
        foreach (var timer in _timers)
            timer.Strike();
    }

    private sealed class Timer(TimerCallback callback, object? state) : ITimer
    {
        public void Strike() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
