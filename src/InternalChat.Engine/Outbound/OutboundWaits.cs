using InternalChat.Engine.Threads;

namespace InternalChat.Engine.Outbound;

/// <summary>
/// Who waits for an outbound queue. A part of the queue, which calls it under its lock; waiters go on asynchronously, outside of the lock.
/// </summary>
internal struct OutboundWaits
{
    private TaskCompletionSource? _writable;
    private TaskCompletionSource? _flushed;
    private TaskCompletionSource? _ending;
    private TaskCompletionSource? _pause;

    /// <summary>Nobody waits for the peer any longer.</summary>
    public bool AreReleased { get; private set; }

    public Task WhenWritable() => (_writable ??= New()).Task;

    public Task WhenFlushed() => (_flushed ??= New()).Task;

    /// <summary>Completes with the task, whatever comes of it, or with <see cref="End"/>. Only the last call is kept.</summary>
    public Task WhenEndingOr(Task task) => EitherOf(task, _ending = New());

    /// <summary>The same, of another wait than <see cref="WhenEndingOr"/>, beside it.</summary>
    public Task PauseUntil(Task task) => EitherOf(task, _pause = New());

    public void BecomeWritable()
    {
        _writable?.SetResult();
        _writable = null;
    }

    public void EndFlush()
    {
        _flushed?.SetResult();
        _flushed = null;
    }

    public void Release()
    {
        AreReleased = true;
        End();
    }

    /// <summary>Nothing is to be waited for any more, except for the end of the flush under way.</summary>
    public void End()
    {
        BecomeWritable();
        _ending?.TrySetResult();
        _pause?.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task EitherOf(Task task, TaskCompletionSource ending)
    {
        _ = ending.CompleteAfterAsync(task);
        return ending.Task;
    }
}
