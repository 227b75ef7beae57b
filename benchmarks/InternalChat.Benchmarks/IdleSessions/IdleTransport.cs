using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using InternalChat.Benchmarks.Outbound;

namespace InternalChat.Benchmarks.IdleSessions;

/// <summary>
/// The cheapest connection that the engine can serve: hands over one line, then lies idle until it is cancelled. What is sent to it is
/// only counted.
/// </summary>
internal sealed class IdleTransport(IdleTransport.Observer observer, byte[] line) : PipeReader, IDuplexPipe, IValueTaskSource<ReadResult>
{
    private readonly NullPipeWriter _output = new();
    private byte[]? _line = line;
    private Action<object?>? _continuation;
    private object? _state;
    private bool _isCancelled;

    public PipeReader Input => this;

    public PipeWriter Output => _output;

    /// <summary>Bytes that the engine has sent.</summary>
    public long SentBytes => _output.FlushedBytes;

    /// <summary>As Kestrel's: its delegate is the session's to hold.</summary>
    public void Abort() => CancelPendingRead();

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _line is null ? new ValueTask<ReadResult>(this, 0) : new ValueTask<ReadResult>(Read(_line));

    public override bool TryRead(out ReadResult result)
    {
        result = _line is null ? default : Read(_line);
        return _line is not null;
    }

    public override void AdvanceTo(SequencePosition consumed) => _line = null;

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _line = null;

    public override void CancelPendingRead()
    {
        _isCancelled = true;
        if (Interlocked.Exchange(ref _continuation, null) is { } continuation)
            ThreadPool.UnsafeQueueUserWorkItem(continuation, _state, preferLocal: false);
    }

    public override void Complete(Exception? exception = null)
    {
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => new(default, isCanceled: true, isCompleted: false);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) =>
        _isCancelled ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _state = state;
        Volatile.Write(ref _continuation, continuation);
        observer.Idle.Release();
    }

    private static ReadResult Read(byte[] line) => new(new ReadOnlySequence<byte>(line), isCanceled: false, isCompleted: false);

    /// <summary>Learns of connections that have become idle; one for all.</summary>
    internal sealed class Observer : IDisposable
    {
        /// <summary>Released by each connection whose line has been dealt with.</summary>
        public SemaphoreSlim Idle { get; } = new(0);

        public void Dispose() => Idle.Dispose();
    }
}
