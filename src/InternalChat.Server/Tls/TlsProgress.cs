using System.IO.Pipelines;
using System.Net.Sockets;
using InternalChat.Engine.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace InternalChat.Server.Tls;

/// <summary>
/// <see cref="TcpProgress"/> below TLS: what the session writes is not what the peer acknowledges, so the encrypted bytes are
/// counted between the two.
/// </summary>
internal sealed class TlsProgress(Socket socket, CountingPipeWriter encrypted) : TcpProgress(socket)
{
    public override long? WrittenBytes => encrypted.WrittenBytes;

    /// <summary>Connection middleware that goes before TLS.</summary>
    public static ConnectionDelegate Count(ConnectionDelegate next) => async connection =>
    {
        if (connection.Features.Get<IConnectionSocketFeature>() is { } feature)
        {
            var encrypted = new CountingPipeWriter(connection.Transport.Output);
            connection.Transport = new CountedPipe(connection.Transport.Input, encrypted);
            connection.Features.Set<ITransportProgress>(new TlsProgress(feature.Socket, encrypted));
        }

        await next(connection);
    };

    private sealed record CountedPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
