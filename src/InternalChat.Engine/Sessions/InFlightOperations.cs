using System.Threading.Tasks.Sources;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// Counts what one connection has with the writer. The read loop adds and waits (never both at once), the writer takes away.
/// Waiting allocates nothing.
/// </summary>
internal sealed class InFlightOperations : IValueTaskSource
{
    private const int WaiterFlag = 1 << 30;

    // RunContinuationsAsynchronously: the writer must not run a connection's read loop.
    private ManualResetValueTaskSourceCore<bool> _reached = new() { RunContinuationsAsynchronously = true };
    private int _count;
    private int _awaitedCount;

    /// <summary>Operations with the writer. Only the read loop may rely on its not growing.</summary>
    public int Count => Volatile.Read(ref _count) & ~WaiterFlag;

    /// <summary>When the writer last answered one, as a timestamp of the time provider; 0 where it has not. The writer's.</summary>
    public long AnsweredAt { get; set; }

    public void Add() => Interlocked.Increment(ref _count);

    /// <summary>Called by the writer when the reply has been appended.</summary>
    public void Done()
    {
        // While somebody waits nothing is added, so the awaited count is passed exactly once.
        var count = Interlocked.Decrement(ref _count);
        if ((count & WaiterFlag) == 0 || (count & ~WaiterFlag) != _awaitedCount)
            return;
        Interlocked.And(ref _count, ~WaiterFlag);
        _reached.SetResult(true);
    }

    /// <summary>Completes when the writer has nothing of this connection any more.</summary>
    public ValueTask WhenIdle() => WhenAtMost(0);

    /// <summary>Completes when the writer has no more than so many of this connection's operations.</summary>
    public ValueTask WhenAtMost(int count)
    {
        if (Count <= count)
            return ValueTask.CompletedTask;
        _reached.Reset();
        _awaitedCount = count;
        if (Interlocked.Or(ref _count, WaiterFlag) > count)
            return new ValueTask(this, _reached.Version);
        Interlocked.And(ref _count, ~WaiterFlag);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _reached.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _reached.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _reached.OnCompleted(continuation, state, token, flags);
}
