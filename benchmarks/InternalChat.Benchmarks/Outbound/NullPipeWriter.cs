using System.IO.Pipelines;

namespace InternalChat.Benchmarks.Outbound;

/// <summary>
/// A transport's null end: takes what is flushed at once, counts it and forgets it. All that are written to on one thread share the
/// memory that they give out.
/// </summary>
internal sealed class NullPipeWriter : PipeWriter
{
    // More than the longest line.
    private const int ScratchBytes = 64 * 1024;

    [ThreadStatic]
    private static byte[]? _scratch;

    private long _unflushed;

    /// <summary>Bytes flushed since the beginning.</summary>
    public long FlushedBytes { get; private set; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    public override void Advance(int bytes) => _unflushed += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _scratch ??= new byte[ScratchBytes];

    public override Span<byte> GetSpan(int sizeHint = 0) => _scratch ??= new byte[ScratchBytes];

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        FlushedBytes += _unflushed;
        _unflushed = 0;
        return default;
    }

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }
}
