using System.Net;
using System.Net.Sockets;
using InternalChat.Engine;
using InternalChat.Engine.Connections;
using InternalChat.Server.Network.Progress;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace InternalChat.Server.Network;

/// <summary>Hands a listener's connections, behind its middleware, to the engine, which knows nothing of Kestrel or of sockets.</summary>
internal sealed class ChatConnectionHandler(ChatEngine engine) : ConnectionHandler
{
    public override Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return engine.ServeAsync(new ChatConnection(
            connection.Transport,
            connection.Abort,
            AddressOf(connection.RemoteEndPoint),
            connection.Features.Get<ITransportProgress>() ?? ProgressOf(connection.Features.Get<IConnectionSocketFeature>()?.Socket),
            connection.Features.Get<CertifiedUser>())
        {
            Place = connection.Features.Get<PendingConnection>()?.TakePlace(),
        });
    }

    /// <summary>One address for an IPv4 peer, whether its socket is dual-stack (which maps it into IPv6) or not.</summary>
    public static IPAddress? AddressOf(EndPoint? remote) => remote is not IPEndPoint { Address: var address } ? null
        : address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address;

    /// <summary>Null if the socket could never tell: otherwise every message would be delivered again at each login.</summary>
    private static TcpProgress? ProgressOf(Socket? socket) =>
        OperatingSystem.IsLinux() && socket?.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
            ? new TcpProgress(socket)
            : null;
}
