using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Network.Transport;

/// <summary>
/// What carries bytes below Kestrel, for TCP and Unix sockets alike. Kestrel's own keeps two pipes, two loops and what they need for
/// each connection, which is twice what the rest of the server needs for an idle one.
/// </summary>
/// <param name="bind">Makes a bound socket for an address.</param>
/// <param name="backlog">Connections that may wait to be accepted.</param>
/// <param name="memory">For TLS.</param>
/// <param name="time">For pauses.</param>
/// <param name="logger">For the operator.</param>
internal sealed class SocketTransport(
    Func<EndPoint, Socket> bind, int backlog, IMemoryPoolFactory<byte> memory, TimeProvider time, ILogger logger)
    : IConnectionListenerFactory
{
    private readonly AcceptPacing _pacing = new(AcceptPacing.PerSecondAndCore * Environment.ProcessorCount, time);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket? socket = null;
        try
        {
            socket = bind(endpoint);
            socket.Listen(backlog);
            return new ValueTask<IConnectionListener>(new SocketListener(socket, memory.Create(), _pacing, time, logger));
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            if (exception.SocketErrorCode != SocketError.AddressAlreadyInUse)
                throw;
            throw new AddressInUseException(exception.Message, exception);
        }
    }
}
