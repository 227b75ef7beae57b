using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace InternalChat.Server.Network.UnixSockets;

/// <summary>Kestrel's own socket transport with other options, for Unix sockets alone.</summary>
internal sealed class UnixSocketTransport(SocketTransportOptions options, ILoggerFactory logging)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    // Two bytes may wait, which no line fits in: a flush completes when the kernel has the line, and whether the peer has read it can
    // be asked (UnixSocketProgress). One would be a pipe that is never told to go on.
    private const int MaxWriteBufferBytes = 2;

    private readonly SocketTransportFactory _sockets = new(Options.Create(options), logging);

    /// <param name="mode">Of the socket's file: who may connect.</param>
    /// <param name="shared">What all transports have in common.</param>
    /// <param name="logging">Where Kestrel's transport reports.</param>
    public static UnixSocketTransport Create(UnixFileMode mode, Action<SocketTransportOptions> shared, ILoggerFactory logging)
    {
        var options = new SocketTransportOptions();
        shared(options);
        options.MaxWriteBufferSize = MaxWriteBufferBytes;
        options.CreateBoundListenSocket = endpoint => UnixSocketFile.Bind((UnixDomainSocketEndPoint)endpoint, mode);
        return new UnixSocketTransport(options, logging);
    }

    public bool CanBind(EndPoint endpoint) => endpoint is UnixDomainSocketEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        _sockets.BindAsync(endpoint, cancellationToken);
}
