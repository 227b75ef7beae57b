using System.Buffers;
using System.Net.Sockets;

namespace InternalChat.Server.Network.Transport;

/// <summary>
/// What has come from a connection's socket: bytes that were not consumed, at most <see cref="MaxBufferedBytes"/> of them, and how the
/// input ended. It never waits. One user at a time. It must not be copied.
/// </summary>
internal struct SocketInput(SocketConnection connection)
{
    /// <summary>Twice the longest line.</summary>
    public const int MaxBufferedBytes = 32 * 1024;

    // Receives of up to 16 KiB. Whoever goes on sending for longer than that gets a reset.
    private const int MaxDiscards = 64;

    private ReceiveBuffer _buffer;
    private SocketError _waitError;
    private volatile bool _isReceiving;

    public readonly SocketConnection Connection => connection;

    /// <summary>Bytes that have arrived.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Whether a receive is under way. Any thread.</summary>
    public readonly bool IsReceiving => _isReceiving;

    /// <summary>The peer has ended its sending in order.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Why nothing more comes; null while something may, or where it has ended in order.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Whether there is anything that the consumer has not seen.</summary>
    public readonly bool HasNews => _buffer.HasUnexamined || HasEnded || Error is not null;

    public readonly ReadOnlySequence<byte> Unconsumed => _buffer.Unconsumed;

    public void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _buffer.AdvanceTo(consumed, examined);

    /// <summary>Holds no more memory than its bytes need.</summary>
    public void Shrink() => _buffer.Shrink();

    /// <summary>Drops its bytes and gives their memory back.</summary>
    public void Clear() => _buffer.Clear();

    /// <summary>Receives what there is: bytes, the end, an error, or nothing.</summary>
    public void Receive()
    {
        if (_waitError != SocketError.Success)
        {
            Fail(connection.ErrorOf(_waitError));
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
            count = connection.Socket.Receive(room, SocketFlags.None, out var error);
            if (count == 0 && error == SocketError.Success && connection.WasReset)
                error = SocketError.ConnectionReset;
            // A socket that was cut on this side, too, seems to end in order.
            HasEnded = error == SocketError.Success && count == 0 && !connection.IsClosed;
            if (HasEnded)
                connection.InputEnded();
            else if (count == 0 && error != SocketError.WouldBlock)
                Fail(connection.ErrorOf(error));
        }
        catch (ObjectDisposedException exception)
        {
            Fail(exception);
        }

        _isReceiving = false;
        _buffer.Add(count);
        ReceivedBytes += count;
    }

    /// <summary>Throws away what it holds and what has arrived, at most <see cref="MaxDiscards"/> receives of it.</summary>
    public void Discard()
    {
        for (var left = MaxDiscards; left > 0; left--)
        {
            _buffer.Clear();
            if (HasNews)
                break;
            Receive();
            if (!_buffer.HasUnexamined)
                break;
        }

        _buffer.Clear();
    }

    /// <summary>
    /// How a wait for the socket has ended. A reset that it was told of is not told again, whether or not a read was waiting: what follows
    /// it looks like an end.
    /// </summary>
    public void NoteWaitResult(SocketError result)
    {
        if (result == SocketError.Success)
            return;
        _waitError = result;
        connection.Note(result);
    }

    private void Fail(Exception error)
    {
        Error = connection.CloseReason ?? error;
        connection.InputEnded();
    }
}
