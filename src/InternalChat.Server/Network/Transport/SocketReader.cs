using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace InternalChat.Server.Network.Transport;

/// <summary>
/// A connection's input, read from its socket when asked for. While it waits it holds no buffer, or one no larger than what was left
/// unconsumed; what it has received lies in one piece. Receives no more than <see cref="MaxBufferedBytes"/> ahead of its consumer.
/// </summary>
/// <remarks>
/// One consumer at a time reads and advances; <see cref="CancelPendingRead"/> is for any thread. A read that waits is completed on the
/// thread that found the socket ready, or whose turn it is, or that cancelled it: whoever claims it under the lock, and nobody else, goes
/// on with the buffer. The wait for the socket outlives a cancelled read and serves the next one.
/// </remarks>
internal sealed class SocketReader : PipeReader, IValueTaskSource<ReadResult>, IDisposable
{
    /// <summary>Twice the longest line.</summary>
    public const int MaxBufferedBytes = 32 * 1024;

    // Receives of up to 16 KiB, some milliseconds of the shortest commands.
    private const int MaxReadsInARow = 8;

    // Receives of up to 16 KiB. Whoever goes on sending for longer than that gets a reset.
    private const int MaxDiscards = 64;

    private readonly SocketConnection _connection;

    // Also the lock.
    private readonly Readiness _readiness;
    private ManualResetValueTaskSourceCore<bool> _wait;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;
    private ReceiveBuffer _buffer;
    private Exception? _error;
    private SocketError _waitError;
    private int _readsInARow;
    private bool _isArmed;
    private bool _isWaiting;
    private bool _isReading;
    private bool _isCanceled;
    private bool _hasEnded;
    private bool _isCompleted;
    private volatile bool _isReceiving;

    public SocketReader(SocketConnection connection)
    {
        _connection = connection;
        _readiness = new Readiness(this);
    }

    /// <summary>Bytes that have arrived. For the consumer.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Whether the socket is being asked at this moment. Any thread.</summary>
    public bool IsReceiving => _isReceiving;

    /// <summary>Whether the socket has yet to tell of something to receive: it outlives a read that was cancelled.</summary>
    public bool WaitsForSocket
    {
        get
        {
            lock (_readiness)
                return _isArmed;
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
                Receive();
        }

        return new ValueTask<ReadResult>(TakeResult());
    }

    public override bool TryRead(out ReadResult result)
    {
        ThrowIfCompleted();
        if (!HasNews)
            Receive();
        var hasNews = HasNews;
        result = hasNews ? TakeResult() : default;
        return hasNews;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _buffer.AdvanceTo(consumed, examined);

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
            _buffer.Clear();
    }

    /// <summary>
    /// Throws away what has arrived: closing a socket over it would be a reset, and the peer might lose what it was sent.
    /// </summary>
    public void Discard()
    {
        for (var left = MaxDiscards; left > 0 && !_isReading; left--)
        {
            _buffer.Clear();
            if (HasNews)
                break;
            Receive();
            if (!_buffer.HasUnexamined)
                break;
        }

        if (!_isReading)
            _buffer.Clear();
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

    private bool HasNews => _buffer.HasUnexamined || _hasEnded || _error is not null || Volatile.Read(ref _isCanceled);

    private ReadResult TakeResult()
    {
        bool isCanceled;
        lock (_readiness)
        {
            isCanceled = _isCanceled;
            _isCanceled = false;
        }

        if (_error is not null)
            throw _error;
        return new ReadResult(_buffer.Unconsumed, isCanceled, _hasEnded);
    }

    /// <returns>False where there is something to receive, or to return, now.</returns>
    private bool TryWait(CancellationToken cancellationToken)
    {
        _buffer.Shrink();
        lock (_readiness)
        {
            if (_isCanceled || (!_isArmed && !TryArm() && !TryStandInLine()))
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

    /// <summary>Has the socket tell when there is something to receive.</summary>
    /// <returns>False where there is now.</returns>
    private bool TryArm()
    {
        try
        {
            // Of no bytes: it needs no buffer.
            _isArmed = _connection.Socket.ReceiveAsync(_readiness);
            if (_isArmed)
                _readsInARow = 0;
            else
                NoteWaitError();
            return _isArmed;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>
    /// Has the pool tell, behind all that waits there, where so many reads in a row have found something to receive. A read that does not
    /// wait keeps its thread, and that may be the one that polls everybody's sockets: for a peer that sends faster than it is served it
    /// would be kept from all others as long as that goes on.
    /// </summary>
    private bool TryStandInLine()
    {
        if (++_readsInARow < MaxReadsInARow)
            return false;
        _readsInARow = 0;
        _isArmed = true;
        ThreadPool.UnsafeQueueUserWorkItem(_readiness, preferLocal: false);
        return true;
    }

    private void OnReady()
    {
        lock (_readiness)
        {
            _isArmed = false;
            NoteWaitError();
            if (!TryClaim())
                return;
        }

        Receive();
        while (!HasNews)
        {
            // The socket was ready for nothing.
            lock (_readiness)
            {
                if (_token.IsCancellationRequested)
                    break;
                if (!_isCanceled && TryArm())
                {
                    _isWaiting = true;
                    return;
                }
            }

            Receive();
        }

        EndWait(HasNews ? null : new OperationCanceledException(_token));
    }

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

    /// <summary>
    /// A reset that a wait was told of is not told again, whether or not a read was waiting: what follows it looks like an end.
    /// </summary>
    private void NoteWaitError()
    {
        if (_readiness.SocketError == SocketError.Success)
            return;
        _waitError = _readiness.SocketError;
        _connection.Note(_waitError);
    }

    /// <summary>Receives what there is: bytes, the end, an error, or nothing.</summary>
    private void Receive()
    {
        if (_waitError != SocketError.Success)
        {
            Fail(_connection.ErrorOf(_waitError));
            return;
        }

        if (!_buffer.TryMakeRoom(MaxBufferedBytes, out var room))
        {
            Fail(new InvalidOperationException("The consumer asks for more without consuming what it has."));
            return;
        }

        var count = 0;
        _isReceiving = true;
        try
        {
            count = _connection.Socket.Receive(room, SocketFlags.None, out var error);
            if (count == 0 && error == SocketError.Success && _connection.WasReset)
                error = SocketError.ConnectionReset;
            // A socket that was cut on this side, too, seems to end in order.
            _hasEnded = error == SocketError.Success && count == 0 && !_connection.IsClosed;
            if (_hasEnded)
                _connection.InputEnded();
            else if (count == 0 && error != SocketError.WouldBlock)
                Fail(_connection.ErrorOf(error));
        }
        catch (ObjectDisposedException exception)
        {
            Fail(exception);
        }

        _isReceiving = false;
        _buffer.Add(count);
        ReceivedBytes += count;
    }

    private void Fail(Exception error)
    {
        _error = _connection.CloseReason ?? error;
        _connection.InputEnded();
    }

    private void ThrowIfCompleted()
    {
        if (_isCompleted)
            throw new InvalidOperationException("The input has been completed.");
    }

    /// <summary>A receive of no bytes, which completes when there is something to receive.</summary>
    private sealed class Readiness(SocketReader reader)
        : SocketAsyncEventArgs(unsafeSuppressExecutionContextFlow: true), IThreadPoolWorkItem
    {
        /// <summary>Its turn has come; queued as what it is, so that nothing is allocated for it.</summary>
        public void Execute() => reader.OnReady();

        protected override void OnCompleted(SocketAsyncEventArgs e) => reader.OnReady();
    }
}
