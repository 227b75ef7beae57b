using System.Net.Sockets;
using InternalChat.Engine.Connections;
using InternalChat.Server.Network.Transport;

namespace InternalChat.Server.Network.Progress;

/// <summary>
/// <see cref="ITransportProgress"/> of a TCP socket through Linux's TCP_INFO. About a microsecond a sample. Offsets are those of
/// <c>struct tcp_info</c> in <c>include/uapi/linux/tcp.h</c>, the same on every architecture and with every C library; the fields used have
/// been there since Linux 4.2. Numbers are in the machine's own byte order.
/// </summary>
/// <remarks>
/// Other systems cannot tell: there a message counts as delivered when the transport has taken it. Behind a proxy the peer that
/// acknowledges is the proxy, so what was in its buffers when the client vanished counts as delivered, too; HISTORY has it.
/// </remarks>
internal class TcpProgress : ITransportProgress
{
    private const int IpProtocolTcp = 6;
    private const int TcpInfo = 11;
    private const int ProbesOffset = 3;
    private const int UnacknowledgedOffset = 24;
    private const int LastAckReceivedOffset = 56;
    private const int BytesAcknowledgedOffset = 120;
    private const int NeededBytes = BytesAcknowledgedOffset + sizeof(ulong);

    private readonly Socket _socket;
    private readonly long _acknowledgedAtStart;

    /// <summary>Starts at the present state: create it before anything was written.</summary>
    public TcpProgress(Socket socket)
    {
        _socket = socket;
        // Nothing on a socket that was accepted; one that connected has counted its SYN as a byte.
        if (TryRead(out var info))
            _acknowledgedAtStart = info.Acknowledged;
    }

    /// <inheritdoc/>
    public virtual long? WrittenBytes => null;

    /// <inheritdoc/>
    public bool IsPeerGone => HangUp.Of(_socket);

    /// <inheritdoc/>
    public bool TrySample(out TransportSample sample)
    {
        if (!TryRead(out var info))
        {
            sample = default;
            return false;
        }

        sample = new TransportSample(info.Acknowledged - _acknowledgedAtStart, info.AnswerAwaited ? info.SinceLastAnswer : default);
        return true;
    }

    private bool TryRead(out (long Acknowledged, bool AnswerAwaited, TimeSpan SinceLastAnswer) info)
    {
        info = default;
        if (!OperatingSystem.IsLinux())
            return false;
        Span<byte> raw = stackalloc byte[NeededBytes];
        try
        {
            if (_socket.GetRawSocketOption(IpProtocolTcp, TcpInfo, raw) < NeededBytes)
                return false;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }

        // A peer whose receive window is closed is asked by probes and answers them; packets in flight it acknowledges.
        var awaited = raw[ProbesOffset] > 0 || BitConverter.ToUInt32(raw[UnacknowledgedOffset..]) > 0;
        info = (
            (long)BitConverter.ToUInt64(raw[BytesAcknowledgedOffset..]),
            awaited,
            TimeSpan.FromMilliseconds(BitConverter.ToUInt32(raw[LastAckReceivedOffset..])));
        return true;
    }
}

/// <summary>
/// <see cref="TcpProgress"/> below TLS: what the session writes is not what the peer acknowledges, so the transport's count of the
/// encrypted bytes is taken.
/// </summary>
internal sealed class TlsProgress(SocketConnection connection) : TcpProgress(connection.Socket)
{
    public override long? WrittenBytes => connection.SentBytes;
}
