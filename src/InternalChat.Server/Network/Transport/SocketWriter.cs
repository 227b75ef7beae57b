using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace InternalChat.Server.Network.Transport;

/// <summary>
/// A connection's output: what is written lies in one rented buffer until it is flushed, and a flush completes when the kernel has all
/// of it, at once wherever the kernel has room. Between flushes it holds no buffer.
/// </summary>
/// <remarks>
/// One writer at a time, which does not write while a flush is under way. <see cref="Complete"/> may meet a flush on another thread,
/// which then goes on with what it has. The count is for every thread.
/// </remarks>
internal sealed class SocketWriter(SocketConnection connection) : PipeWriter
{
    // For a reply or two. What more is written grows it, and the next one begins as large as what was flushed last: a batch that answers
    // a thousand connections once rents a thousand of these, which are more than the pool keeps.
    private const int SmallestBytes = 256;

    private byte[]? _buffer;
    private int _length;
    private int _lastLength = SmallestBytes;
    private long _sentBytes;
    private Task? _sending;
    private TaskCompletionSource? _cancellation;
    private int _isSending;
    private bool _isCompleted;

    /// <summary>Bytes that the kernel has taken.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>Whether bytes are being handed to the kernel, or wait for it. Any thread.</summary>
    public bool IsSending => Volatile.Read(ref _isSending) != 0 || Volatile.Read(ref _sending) is { IsCompleted: false };

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _length;

    public override void Advance(int bytes) => _length += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_length);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_length);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        return TrySend() ? new ValueTask<FlushResult>(Result()) : WaitAsync(cancellationToken);
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        // In one piece, and not grown piece by piece.
        EnsureRoom(source.Length);
        return base.WriteAsync(source, cancellationToken);
    }

    /// <summary>A flush that was cancelled goes on; the next one waits for it.</summary>
    public override void CancelPendingFlush() => Volatile.Read(ref _cancellation)?.TrySetResult();

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        TrySend();
    }

    /// <summary>Completes when the kernel has everything, or nothing more of it.</summary>
    public Task WhenSent() => _sending ?? Task.CompletedTask;

    private FlushResult Result(bool isCanceled = false) => new(isCanceled, _isCompleted || connection.IsClosed);

    /// <returns>False if bytes wait for the kernel.</returns>
    private bool TrySend()
    {
        if (_sending is { IsCompleted: false })
            return false;
        if (Interlocked.Exchange(ref _isSending, 1) != 0)
            return true;
        var (buffer, length) = (_buffer, _length);
        (_buffer, _length, _lastLength) = (null, 0, Math.Max(length, SmallestBytes));
        var sent = length > 0 ? Send(buffer.AsSpan(0, length)) : 0;
        var isDone = sent == length || connection.IsClosed;
        if (!isDone)
            _sending = SendAsync(buffer!, sent, length);
        else if (buffer is not null)
            ArrayPool<byte>.Shared.Return(buffer);
        Volatile.Write(ref _isSending, 0);
        return isDone;
    }

    private int Send(ReadOnlySpan<byte> bytes)
    {
        if (connection.IsClosed)
            return 0;
        try
        {
            var sent = connection.Socket.Send(bytes, SocketFlags.None, out var error);
            Count(sent);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
                connection.SendFailed(connection.ErrorOf(error));
            return sent;
        }
        catch (ObjectDisposedException)
        {
            // Closed by another thread, which has said why.
            return 0;
        }
    }

    private async Task SendAsync(byte[] buffer, int from, int to)
    {
        try
        {
            while (from < to)
            {
                var sent = await connection.Socket.SendAsync(buffer.AsMemory(from, to - from), SocketFlags.None);
                Count(sent);
                from += sent;
            }
        }
        catch (SocketException exception)
        {
            connection.SendFailed(connection.ErrorOf(exception.SocketErrorCode));
        }
        catch (ObjectDisposedException)
        {
            // Closed by another thread, which has said why.
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private async ValueTask<FlushResult> WaitAsync(CancellationToken cancellationToken)
    {
        var cancellation = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _cancellation, cancellation);
        try
        {
            do
            {
                var sending = _sending!;
                await Task.WhenAny(sending, cancellation.Task).WaitAsync(cancellationToken);
                if (!sending.IsCompleted)
                    return Result(isCanceled: true);
            }
            while (!TrySend());

            return Result();
        }
        finally
        {
            Volatile.Write(ref _cancellation, null);
        }
    }

    private void Count(int bytes) => Volatile.Write(ref _sentBytes, _sentBytes + bytes);

    private void EnsureRoom(int size)
    {
        if (_buffer is not null && _buffer.Length - _length >= size)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(_length * 2, _length + size), _lastLength));
        if (_buffer is not null)
        {
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}
