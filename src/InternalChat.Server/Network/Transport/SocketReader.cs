using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace InternalChat.Server.Network.Transport;

/// <summary>
/// A connection's input as a pipe: hands on what <see cref="SocketInput"/> has received, and waits for <see cref="SocketReadiness"/> where
/// there is nothing. While it waits it holds no buffer, or one no larger than what was left unconsumed; what it has received lies in one
/// piece.
/// </summary>
/// <remarks>
/// One consumer at a time reads and advances; <see cref="CancelPendingRead"/> is for any thread. A read that waits is completed on the
/// thread that found the socket ready, or whose turn it is, or that cancelled it: whoever claims it under the lock, and nobody else, goes
/// on with the buffer. The wait for the socket outlives a cancelled read and serves the next one.
/// </remarks>
internal sealed class SocketReader : PipeReader, IValueTaskSource<ReadResult>, IDisposable
{
    // Also the lock.
    private readonly SocketReadiness _readiness;
    private ManualResetValueTaskSourceCore<bool> _wait;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;
    private SocketInput _input;
    private bool _isWaiting;
    private bool _isReading;
    private bool _isCanceled;
    private bool _isCompleted;

    public SocketReader(SocketConnection connection)
    {
        _input = new SocketInput(connection);
        _readiness = new SocketReadiness(this);
    }

    public SocketConnection Connection => _input.Connection;

    /// <summary>Bytes that have arrived. For the consumer.</summary>
    public long ReceivedBytes => _input.ReceivedBytes;

    /// <summary>Whether a receive is under way. Any thread.</summary>
    public bool IsReceiving => _input.IsReceiving;

    /// <summary>Whether the socket has yet to tell of something to receive: it outlives a read that was cancelled.</summary>
    public bool WaitsForSocket
    {
        get
        {
            lock (_readiness)
                return _readiness.IsAwaited;
        }
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfCompleted();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        while (!HasNews)
        {
            if (TryWait(cancellationToken))
                return new ValueTask<ReadResult>(this, _wait.Version);
            if (!HasNews)
                _input.Receive();
        }

        return new ValueTask<ReadResult>(TakeResult());
    }

    public override bool TryRead(out ReadResult result)
    {
        ThrowIfCompleted();
        if (!HasNews)
            _input.Receive();
        var hasNews = HasNews;
        result = hasNews ? TakeResult() : default;
        return hasNews;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _input.AdvanceTo(consumed, examined);

    public override void CancelPendingRead()
    {
        lock (_readiness)
        {
            _isCanceled = true;
            if (!TryClaim())
                return;
        }

        EndWait(null);
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        // One that was left waiting may be receiving into it: then it is the collector's.
        if (!_isReading)
            _input.Clear();
    }

    /// <summary>
    /// Throws away what has arrived: closing a socket over it would be a reset, and the peer might lose what it was sent.
    /// </summary>
    public void Discard()
    {
        // A read that was left waiting may be receiving.
        if (!_isReading)
            _input.Discard();
    }

    /// <summary>After the socket's end: nothing comes any more.</summary>
    public void Dispose() => _readiness.Dispose();

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        _isReading = false;
        _wait.GetResult(token);
        return TakeResult();
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private bool HasNews => _input.HasNews || Volatile.Read(ref _isCanceled);

    private ReadResult TakeResult()
    {
        bool isCanceled;
        lock (_readiness)
        {
            isCanceled = _isCanceled;
            _isCanceled = false;
        }

        if (_input.Error is { } error)
            throw error;
        return new ReadResult(_input.Unconsumed, isCanceled, _input.HasEnded);
    }

    /// <returns>False if there is something to receive, or to return, now.</returns>
    private bool TryWait(CancellationToken cancellationToken)
    {
        _input.Shrink();
        lock (_readiness)
        {
            if (_isCanceled || (!_readiness.IsAwaited && !_readiness.TryAwait()))
                return false;
            _wait.Reset();
            _isReading = true;
            _isWaiting = true;
            if (cancellationToken.CanBeCanceled)
            {
                _token = cancellationToken;
                _cancellation = cancellationToken.UnsafeRegister(static (reader, token) => ((SocketReader)reader!).Cancel(token), this);
            }

            return true;
        }
    }

    /// <summary>Called by <see cref="SocketReadiness"/>: there may be something to receive.</summary>
    public void OnReady()
    {
        lock (_readiness)
        {
            _readiness.EndAwait();
            if (!TryClaim())
                return;
        }

        _input.Receive();
        while (!HasNews)
        {
            // The socket was ready for nothing.
            lock (_readiness)
            {
                if (_token.IsCancellationRequested)
                    break;
                if (!_isCanceled && _readiness.TryAwaitSocket())
                {
                    _isWaiting = true;
                    return;
                }
            }

            _input.Receive();
        }

        EndWait(HasNews ? null : new OperationCanceledException(_token));
    }

    /// <summary>Called by <see cref="SocketReadiness"/>, under its lock: how its wait has ended.</summary>
    public void NoteWaitResult(SocketError result) => _input.NoteWaitResult(result);

    private void Cancel(CancellationToken token)
    {
        lock (_readiness)
        {
            // Else an earlier read's, which has ended meanwhile.
            if (_token != token || !TryClaim())
                return;
        }

        EndWait(new OperationCanceledException(token));
    }

    /// <summary>Whoever gets it completes the read, and has the buffer until then.</summary>
    private bool TryClaim()
    {
        var isClaimed = _isWaiting;
        _isWaiting = false;
        return isClaimed;
    }

    private void EndWait(Exception? error)
    {
        _cancellation.Unregister();
        (_cancellation, _token) = (default, default);
        if (error is null)
            _wait.SetResult(true);
        else
            _wait.SetException(error);
    }

    private void ThrowIfCompleted()
    {
        if (_isCompleted)
            throw new InvalidOperationException("The input has been completed.");
    }
}
