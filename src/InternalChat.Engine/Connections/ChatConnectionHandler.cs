using System.Net;
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
        var progress = connection.Features.Get<ITransportProgress>();
        // Elsewhere it could never tell, and every message would be delivered again at each login.
        if (progress is null && OperatingSystem.IsLinux() && connection.Features.Get<IConnectionSocketFeature>() is { } feature)
            progress = new TcpProgress(feature.Socket);
        return engine.ServeAsync(new ChatConnection(
            connection.Transport, connection.Abort, (connection.RemoteEndPoint as IPEndPoint)?.Address, progress));
    }
}
