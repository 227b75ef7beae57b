using System.Net.Sockets;
using InternalChat.Engine.Connections;
using InternalChat.Server.Network;
using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Tls;

/// <summary>
/// <see cref="TcpProgress"/> below TLS: what the session writes is not what the peer acknowledges, so the encrypted bytes are
/// counted between the two.
/// </summary>
internal sealed class TlsProgress(Socket socket, CountingPipeWriter encrypted) : TcpProgress(socket)
{
    public override long? WrittenBytes => encrypted.FlushedBytes;

    /// <summary>Connection middleware that goes before TLS.</summary>
    public static ConnectionDelegate Count(ConnectionDelegate next) =>
        CountedTransport.Use(next, static (socket, encrypted) => new TlsProgress(socket, encrypted));
}
