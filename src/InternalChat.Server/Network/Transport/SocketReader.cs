#pragma warning disable
using System.Buffers;
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
/// thread that found the socket ready, or that cancelled it: whoever claims it under the lock, and nobody else, goes on with the
/// buffer. The wait for the socket outlives a cancelled read and serves the next one.
/// </remarks>
internal sealed class SocketReader : PipeReader, IValueTaskSource<ReadResult>
{
    /// <summary>Twice the longest line.</summary>
    public const int MaxBufferedBytes = 32 * 1024;

    private const int ReceiveBytes = 16 * 1024;
    private const int MinReceiveBytes = 4 * 1024;

    private readonly SocketConnection _connection;

    // Also the lock.
    private readonly Readiness _readiness;
    private ManualResetValueTaskSourceCore<bool> _wait;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;
    private byte[]? _buffer;
    private Exception? _error;
    private int _start;
    private int _examined;
    private int _end;
    private bool _isArmed;
    private bool _isWaiting;
    private bool _isCanceled;
    private bool _hasEnded;
    private bool _isCompleted;

    public SocketReader(SocketConnection connection)
    {
        _connection = connection;
        _readiness = new Readiness(this);
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
            Receive();
        }

        return new ValueTask<ReadResult>(TakeResult());
    }

    public override bool TryRead(out ReadResult result)
    {
        ThrowIfCompleted();
        if (!HasNews)
            Receive();
        result = HasNews ? TakeResult() : default;
        return HasResult(result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_buffer is null)
            return;
        _start = consumed.GetInteger();
        _examined = examined.GetInteger();
        if (_start == _end)
            ReturnBuffer();
    }

    public override void CancelPendingRead()
    {
        lock (_readiness)
        {
            _isCanceled = true;
            if (!TryClaim())
                return;
        }

        _wait.SetResult(true);
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        ReturnBuffer();
    }

    /// <summary>After the socket's end: nothing comes any more.</summary>
    public void Dispose() => _readiness.Dispose();

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        _wait.GetResult(token);
        return TakeResult();
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private bool HasNews => _end > _examined || _hasEnded || _error is not null || Volatile.Read(ref _isCanceled);

    private static bool HasResult(in ReadResult result) => !result.Buffer.IsEmpty || result.IsCompleted || result.IsCanceled;

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
        var bytes = _buffer is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_buffer, _start, _end - _start);
        return new ReadResult(bytes, isCanceled, _hasEnded);
    }

    /// <returns>False where there is something to receive, or to return, now.</returns>
    private bool TryWait(CancellationToken cancellationToken)
    {
        ShrinkBuffer();
        lock (_readiness)
        {
            if (_isCanceled || (!_isArmed && !TryArm()))
                return false;
            _wait.Reset();
            _isWaiting = true;
            if (cancellationToken.CanBeCanceled)
            {
                _token = cancellationToken;
                _cancellation = cancellationToken.UnsafeRegister(
                    static (reader, token) => ((SocketReader)reader!).Cancel(token), this);
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
            return _isArmed;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private void OnReady()
    {
        lock (_readiness)
        {
            _isArmed = false;
            if (!TryClaim())
                return;
        }

        while (!HasNews)
        {
            Receive();
            if (HasNews)
                break;
            lock (_readiness)
            {
                if (!_isCanceled && TryArm())
                {
                    _isWaiting = true;
                    return;
                }
            }
        }

        _wait.SetResult(true);
    }

    private void Cancel(CancellationToken token)
    {
        lock (_readiness)
        {
            if (_token != token || !TryClaim())
                return;
        }

        _wait.SetException(new OperationCanceledException(token));
    }

    private bool TryClaim()
    {
        if (!_isWaiting)
            return false;
        _isWaiting = false;
        return true;
    }

    private void Receive()
    {
        MakeRoom();
        try
        {
            var count = _connection.Socket.Receive(_buffer.AsSpan(_end), SocketFlags.None, out var error);
            if (error == SocketError.Success && count > 0)
                _end += count;
            else if (error == SocketError.Success)
                End();
            else if (error != SocketError.WouldBlock)
                Fail(SocketConnection.ErrorOf(error));
        }
        catch (ObjectDisposedException exception)
        {
            Fail(exception);
        }

        if (_start == _end)
            ReturnBuffer();
    }

    private void End()
    {
        _hasEnded = true;
        _connection.InputEnded();
    }

    private void Fail(Exception error)
    {
        _error = _connection.AbortReason ?? error;
        _connection.InputEnded();
    }

    private void MakeRoom()
    {
        var left = _end - _start;
        if (_buffer is not null && _buffer.Length - _end >= MinReceiveBytes)
            return;
        if (left + MinReceiveBytes > MaxBufferedBytes)
            throw new InvalidOperationException($"{left} bytes wait to be consumed and more are asked for");
        MoveTo(ArrayPool<byte>.Shared.Rent(Math.Max(ReceiveBytes, left + MinReceiveBytes)));
    }

    /// <summary>What is left of a line may wait long for the rest.</summary>
    private void ShrinkBuffer()
    {
        if (_buffer is not null && (_end - _start) * 2 < _buffer.Length)
            MoveTo(ArrayPool<byte>.Shared.Rent(_end - _start));
    }

    private void MoveTo(byte[] buffer)
    {
        var left = _end - _start;
        var examined = _examined - _start;
        _buffer.AsSpan(_start, left).CopyTo(buffer);
        ReturnBuffer();
        _buffer = buffer;
        _examined = examined;
        _end = left;
    }

    private void ReturnBuffer()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _start = _examined = _end = 0;
    }

    private void ThrowIfCompleted()
    {
        if (_isCompleted)
            throw new InvalidOperationException("The input has been completed.");
    }

    /// <summary>A receive of no bytes, which completes when there is something to receive.</summary>
    private sealed class Readiness(SocketReader reader) : SocketAsyncEventArgs(unsafeSuppressExecutionContextFlow: true)
    {
        protected override void OnCompleted(SocketAsyncEventArgs e) => reader.OnReady();
    }
}
