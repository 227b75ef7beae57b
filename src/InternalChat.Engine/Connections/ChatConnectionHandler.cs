using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace InternalChat.Engine.Connections;

/// <summary>Kestrel's door to the engine: the only file that knows what a Kestrel connection is.</summary>
public sealed class ChatConnectionHandler(ChatEngine engine) : ConnectionHandler
{
    /// <inheritdoc/>
    public override Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return engine.ServeAsync(new ChatConnection(
            connection.Transport,
            connection.Abort,
            AddressOf(connection.RemoteEndPoint),
            connection.Features.Get<ITransportProgress>() ?? ProgressOf(connection.Features.Get<IConnectionSocketFeature>()?.Socket),
            connection.Features.Get<CertifiedUser>()));
    }

    /// <summary>The same for a peer that a socket for both versions shows as IPv6, and for one that a socket for IPv4 shows.</summary>
    private static IPAddress? AddressOf(EndPoint? remote) => remote is not IPEndPoint { Address: var address } ? null
        : address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address;

    /// <summary>Null where it could never tell: every message would be delivered again at each login.</summary>
    private static TcpProgress? ProgressOf(Socket? socket) =>
        OperatingSystem.IsLinux() && socket?.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
            ? new TcpProgress(socket)
            : null;
}
