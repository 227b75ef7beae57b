using System.Net.Sockets;
using InternalChat.Engine.Connections;
using InternalChat.Server.Network.Transport;

namespace InternalChat.Server.Network.Progress;

/// <summary>
/// How far the peer of a Unix socket has read. Linux knows no count of it, only how much lies unread (<c>SO_MEMINFO</c>); where that
/// is nothing, the peer has read all that the kernel had taken before. So it knows more than TCP does: read, not only received.
/// </summary>
/// <remarks>
/// The kernel also forgets what lies unread when the peer closes. It then tells the other side by a reset instead of an end
/// (<c>unix_release_sock</c>), once, whoever meets it: a read, a write, or a question. So nothing unread means read only while nothing has
/// come from the peer that could be its end, or when it has ended and nobody has met a reset. That a write failed says only that the peer
/// has closed, which it may do as soon as it has read what it wants.
/// </remarks>
internal sealed class UnixSocketProgress(SocketConnection connection) : ITransportProgress
{
    // include/uapi/asm-generic/socket.h and include/uapi/linux/sock_diag.h; since Linux 4.12.
    private const int SocketLevel = 1;
    private const int MemoryInfo = 55;
    private const int MemoryInfoBytes = 9 * sizeof(uint);
    private const int UnreadOffset = 2 * sizeof(uint);

    private readonly Socket _socket = connection.Socket;
    private long _readBytes;
    private volatile bool _hasEnded;

    public long? WrittenBytes => connection.SentBytes;

    public bool IsPeerGone => HangUp.Of(_socket);

    public void PeerEnded() => _hasEnded = true;

    public bool TrySample(out TransportSample sample)
    {
        // In this order: what is sent after this may be neither read nor in the kernel yet, and who has not ended after the question
        // for the unread had not thrown it away before.
        var sent = connection.SentBytes;
        try
        {
            if (UnreadBytes() == 0 && WasRead())
                Volatile.Write(ref _readBytes, sent);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            sample = default;
            return false;
        }

        sample = new TransportSample(Volatile.Read(ref _readBytes), TimeSpan.Zero);
        return true;
    }

    /// <summary>In the kernel's count, which is more than was sent, but 0 where all was read.</summary>
    private uint UnreadBytes()
    {
        Span<byte> info = stackalloc byte[MemoryInfoBytes];
        _socket.GetRawSocketOption(SocketLevel, MemoryInfo, info);
        return BitConverter.ToUInt32(info[UnreadOffset..]);
    }

    /// <summary>Whether what does not lie unread any more was read by the peer, and not thrown away by the kernel.</summary>
    private bool WasRead()
    {
        if (!_hasEnded && !IsPeerGone)
            return !_socket.Poll(0, SelectMode.SelectRead);
        // Before, to leave a reset to the read that is about to meet it; behind, because whoever met it takes note of it a moment later.
        return IsSettled && !WasReset() && IsSettled && !connection.WasReset;
    }

    private bool IsSettled => _hasEnded || connection.IsSettled;

    /// <summary>Of a peer that has ended: whether it closed over what it had not read.</summary>
    private bool WasReset()
    {
        if (!connection.WasReset && (int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! != 0)
            connection.Note(SocketError.ConnectionReset);
        return connection.WasReset;
    }
}
