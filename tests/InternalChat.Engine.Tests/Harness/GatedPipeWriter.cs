using System.IO.Pipelines;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>A transport whose flushes a test can hold on the thread that makes them, and that knows how much it was given.</summary>
internal sealed class GatedPipeWriter(PipeWriter inner) : PipeWriter
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _maxUnflushed;
    private long _total;

    /// <summary>Where set, the next flush waits for it.</summary>
    public ManualResetEventSlim? Gate { get; set; }

    /// <summary>Where set, flushes fail with it.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Where set, nothing can be written any more.</summary>
    public Exception? WriteFailure { get; set; }

    /// <summary>Called when somebody asks how much was written and not flushed; what it throws is the answer.</summary>
    public Action? Counting { get; set; }

    /// <summary>Called with each flush, on the thread that makes it.</summary>
    public Action? Flushing { get; set; }

    public Task Reached => _reached.Task;

    /// <summary>Most bytes that were ever given to one flush.</summary>
    public long MaxUnflushed => Volatile.Read(ref _maxUnflushed);

    public long TotalBytes => Volatile.Read(ref _total);

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes
    {
        get
        {
            Counting?.Invoke();
            return inner.UnflushedBytes;
        }
    }


    public override void Advance(int bytes)
    {
        Interlocked.Add(ref _total, bytes);
        inner.Advance(bytes);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => WriteFailure is null ? inner.GetMemory(sizeHint) : throw WriteFailure;

    public override Span<byte> GetSpan(int sizeHint = 0) => WriteFailure is null ? inner.GetSpan(sizeHint) : throw WriteFailure;

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (Gate is { } gate)
        {
            _reached.TrySetResult();
            gate.Wait(cancellationToken);
        }

        if (Failure is { } failure)
            throw failure;
        Flushing?.Invoke();
        _maxUnflushed = Math.Max(_maxUnflushed, inner.UnflushedBytes);
        return inner.FlushAsync(cancellationToken);
    }
}
