using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using System.Threading.Tasks.Sources;
using InternalChat.Benchmarks.Engine;
using InternalChat.Engine.Connections;
using InternalChat.Server.Network.Progress;

namespace InternalChat.Benchmarks.IdleSessions;

/// <summary>
/// The cheapest connection that the engine can serve: hands over one line, then lies idle until it is cancelled. What is sent to it is
/// only counted.
/// </summary>
/// <param name="line">What the engine reads.</param>
/// <param name="idle">Gets the line back when the engine has dealt with it and waits for more.</param>
internal sealed class IdleTransport(byte[] line, ChannelWriter<byte[]> idle) : PipeReader, IDuplexPipe, IValueTaskSource<ReadResult>
{
    private readonly NullPipeWriter _output = new();
    private byte[]? _line = line;
    private Action<object?>? _continuation;
    private object? _state;
    private bool _isRead;
    private bool _isCancelled;

    public PipeReader Input => this;

    public PipeWriter Output => _output;

    /// <summary>Bytes that the engine has sent.</summary>
    public long SentBytes => _output.FlushedBytes;

    /// <summary>As Kestrel's: its delegate is the session's to hold.</summary>
    public void Abort() => CancelPendingRead();

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        TryRead(out var result) ? new ValueTask<ReadResult>(result) : new ValueTask<ReadResult>(this, token: 0);

    public override bool TryRead(out ReadResult result)
    {
        result = _isRead ? default : new ReadResult(new ReadOnlySequence<byte>(_line!), isCanceled: false, isCompleted: false);
        return !_isRead;
    }

    public override void AdvanceTo(SequencePosition consumed) => _isRead = true;

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _isRead = true;

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
        idle.TryWrite(_line!);
        _line = null;
    }
}

/// <summary>As large as what a session keeps of its TCP connection; the peer has acknowledged everything.</summary>
internal sealed class AcknowledgedTcp(Socket socket) : TcpProgress(socket), ITransportProgress
{
    public new bool TrySample(out TransportSample sample)
    {
        sample = new TransportSample(long.MaxValue, TimeSpan.Zero);
        return true;
    }
}
