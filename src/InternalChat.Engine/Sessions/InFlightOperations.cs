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
    private ManualResetValueTaskSourceCore<bool> _idle = new() { RunContinuationsAsynchronously = true };
    private int _count;

    /// <summary>Operations with the writer. Only the read loop may rely on its not growing.</summary>
    public int Count => Volatile.Read(ref _count) & ~WaiterFlag;

    public void Add() => Interlocked.Increment(ref _count);

    /// <summary>Called by the writer when the reply has been appended.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _count) != WaiterFlag)
            return;
        Interlocked.And(ref _count, ~WaiterFlag);
        _idle.SetResult(true);
    }

    /// <summary>Completes when the writer has nothing of this connection any more.</summary>
    public ValueTask WhenIdle()
    {
        if (Count == 0)
            return ValueTask.CompletedTask;
        _idle.Reset();
        if (Interlocked.Or(ref _count, WaiterFlag) != 0)
            return new ValueTask(this, _idle.Version);
        Interlocked.And(ref _count, ~WaiterFlag);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _idle.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _idle.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _idle.OnCompleted(continuation, state, token, flags);
}
