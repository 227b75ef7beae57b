using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace InternalChat.Benchmarks.Engine;

/// <summary>
/// A transport's null end: takes what is flushed at once, counts it and forgets it. All that are written to on one thread share the
/// memory that they give out.
/// </summary>
/// <param name="device">
/// If given, each flush writes to it: a call to the system that does nothing, the least that a flush to a socket can cost.
/// </param>
internal sealed class NullPipeWriter(SafeFileHandle? device = null) : PipeWriter
{
    // More than a batch's frames for one connection.
    private const int ScratchBytes = 256 * 1024;

    [ThreadStatic]
    private static byte[]? _scratch;

    private int _unflushed;

    /// <summary>Bytes flushed since the beginning.</summary>
    public long FlushedBytes { get; private set; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    private static byte[] Scratch => _scratch ??= new byte[ScratchBytes];

    /// <summary>The system's null device.</summary>
    public static SafeFileHandle OpenDevice() =>
        File.OpenHandle(OperatingSystem.IsWindows() ? "NUL" : "/dev/null", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

    public override void Advance(int bytes) => _unflushed += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => Scratch;

    public override Span<byte> GetSpan(int sizeHint = 0) => Scratch;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Flush();
        return default;
    }

    /// <summary>The same for who knows that it never waits.</summary>
    public void Flush()
    {
        if (device is not null)
            RandomAccess.Write(device, Scratch.AsSpan(0, _unflushed), fileOffset: 0);
        FlushedBytes += _unflushed;
        _unflushed = 0;
    }

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }
}
