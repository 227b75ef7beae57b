#pragma warning disable
using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace InternalChat.Server.Network.Transport;

/// <summary>
/// A connection's output: what is written lies in one rented buffer until it is flushed, and a flush completes when the kernel has all
/// of it, at once wherever the kernel has room. Between flushes it holds no buffer.
/// </summary>
/// <remarks>One writer at a time, which does not write while a flush is under way; the count is for every thread.</remarks>
internal sealed class SocketWriter(SocketConnection connection) : PipeWriter
{
    private const int InitialBytes = 4 * 1024;

    private byte[]? _buffer;
    private int _length;
    private long _sentBytes;
    private Task? _sending;
    private CancellationTokenSource? _flushing;
    private bool _isCompleted;

    /// <summary>Bytes that the kernel has taken.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

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

    public override void CancelPendingFlush() => Volatile.Read(ref _flushing)?.Cancel();

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
            return;
        _isCompleted = true;
        TrySend();
    }

    /// <summary>Completes when nothing is under way any more.</summary>
    public Task WhenSent() => _sending ?? Task.CompletedTask;

    private FlushResult Result(bool isCanceled = false) => new(isCanceled, connection.IsClosed);

    /// <returns>False where bytes wait for the kernel.</returns>
    private bool TrySend()
    {
        if (_sending is { IsCompleted: false })
            return false;
        var sent = 0;
        if (_length > 0 && !connection.IsClosed)
        {
            try
            {
                sent = connection.Socket.Send(_buffer.AsSpan(0, _length), SocketFlags.None, out var error);
                if (error is not (SocketError.Success or SocketError.WouldBlock))
                    connection.Close(SocketConnection.ErrorOf(error));
            }
            catch (ObjectDisposedException)
            {
                // Closed by another thread, which has said why.
            }

            Count(sent);
        }

        var buffer = _buffer;
        var length = _length;
        _buffer = null;
        _length = 0;
        if (sent < length && !connection.IsClosed)
        {
            _sending = SendAsync(buffer!, sent, length);
            return false;
        }

        if (buffer is not null)
            ArrayPool<byte>.Shared.Return(buffer);
        return true;
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
            connection.Close(SocketConnection.ErrorOf(exception.SocketErrorCode));
        }
        catch (ObjectDisposedException)
        {
            // Closed by another thread, which has said why.
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private async ValueTask<FlushResult> WaitAsync(CancellationToken cancellationToken)
    {
        using var flushing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Volatile.Write(ref _flushing, flushing);
        try
        {
            do
                await _sending!.WaitAsync(flushing.Token);
            while (!TrySend());
            return Result();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Result(isCanceled: true);
        }
        finally
        {
            Volatile.Write(ref _flushing, null);
        }
    }

    private void Count(int bytes) => Volatile.Write(ref _sentBytes, _sentBytes + bytes);

    private void EnsureRoom(int size)
    {
        if (_buffer is not null && _buffer.Length - _length >= size)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(_length * 2, _length + size), InitialBytes));
        if (_buffer is not null)
        {
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}
