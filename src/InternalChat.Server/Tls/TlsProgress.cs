using InternalChat.Server.Network;
using InternalChat.Server.Network.Transport;

namespace InternalChat.Server.Tls;

/// <summary>
/// <see cref="TcpProgress"/> below TLS: what the session writes is not what the peer acknowledges, so the transport's count of the
/// encrypted bytes is taken.
/// </summary>
internal sealed class TlsProgress(SocketConnection connection) : TcpProgress(connection.Socket)
{
    public override long? WrittenBytes => connection.SentBytes;
}
