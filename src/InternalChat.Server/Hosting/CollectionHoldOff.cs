using InternalChat.Engine;

namespace InternalChat.Server.Hosting;

/// <summary>
/// Holds the collector off while a crowd comes or goes: it would look at what is young two or three times, and each time everybody waits,
/// 25 to 120 ms, for nearly all of it is in use. What the crowd has left behind <see cref="QuietCollection"/> has collected.
/// </summary>
internal sealed class CollectionHoldOff : IDisposable
{
    /// <summary>Between two looks: of a crowd's logins so many pass unseen as leave a fifth of what makes the collector look.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>So many who come or go between two looks are a crowd; one core lets 500 in.</summary>
    public const int Crowd = 400;

    private readonly Func<long> _turnover;
    private readonly Action _holdOff;
    private readonly ITimer _timer;
    private long _lastTurnover;

    /// <param name="time">For the looks, which come one at a time on the pool.</param>
    /// <param name="turnover">How many connections have come and gone since the start.</param>
    /// <param name="holdOff">Holds collections off, if they are not held off already.</param>
    public CollectionHoldOff(TimeProvider time, Func<long> turnover, Action holdOff)
    {
        _turnover = turnover;
        _holdOff = holdOff;
        _lastTurnover = turnover();
        // One look plans the next, so that they do not overlap.
        _timer = time.CreateTimer(_ => Look(), null, Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins to look.</summary>
    public static CollectionHoldOff Start(ChatEngine engine, TimeProvider time) =>
        new(time, () => engine.ConnectionTurnover, ProcessMemory.HoldCollectionsOff);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var turnover = _turnover();
        if (turnover - _lastTurnover >= Crowd)
            _holdOff();
        _lastTurnover = turnover;
        _timer.Change(Interval, Timeout.InfiniteTimeSpan);
    }
}
