#pragma warning disable
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Network.Transport;

internal sealed class SocketTransport(Func<EndPoint, Socket> bind, int backlog, IMemoryPoolFactory<byte> memory) : IConnectionListenerFactory
{
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket socket;
        try
        {
            socket = bind(endpoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(exception.Message, exception);
        }

        socket.Listen(backlog);
        return new ValueTask<IConnectionListener>(new SocketListener(socket, memory.Create()));
    }
}
