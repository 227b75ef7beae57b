using System.IO.Pipelines;

namespace InternalChat.Server.Network;

/// <summary>Counts the bytes that the transport has taken: those whose flush has completed, whoever wrote them (TLS or the session).</summary>
/// <remarks>One writer at a time; the count is for every thread.</remarks>
internal sealed class CountingPipeWriter(PipeWriter inner) : PipeWriter
{
    private long _writtenBytes;
    private long _flushedBytes;

    public long FlushedBytes => Volatile.Read(ref _flushedBytes);

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes)
    {
        _writtenBytes += bytes;
        inner.Advance(bytes);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var written = _writtenBytes;
        var flush = inner.FlushAsync(cancellationToken);
        return flush.IsCompletedSuccessfully ? new ValueTask<FlushResult>(Count(flush.Result, written)) : CountAsync(flush, written);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private async ValueTask<FlushResult> CountAsync(ValueTask<FlushResult> flush, long written) => Count(await flush, written);

    private FlushResult Count(FlushResult result, long written)
    {
        // Completed: the transport has ended, with or without these bytes.
        if (result is { IsCompleted: false, IsCanceled: false })
            Volatile.Write(ref _flushedBytes, written);
        return result;
    }
}
