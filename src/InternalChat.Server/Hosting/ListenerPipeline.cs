using InternalChat.Engine;
using InternalChat.Engine.Connections;
using InternalChat.Server.Network;
using InternalChat.Server.Network.Bans;
using InternalChat.Server.Network.Progress;
using InternalChat.Server.Network.ProxyProtocol;
using InternalChat.Server.Network.Transport;
using InternalChat.Server.Settings;
using InternalChat.Server.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace InternalChat.Server.Hosting;

/// <summary>
/// What a connection goes through from its accept to the engine, in this order: whether its network is banned, a place, the PROXY
/// header (only then the client's address is known, looked up and given a place), TLS, the client's certificate. A plain listener has but
/// the first, and its connections no state of it.
/// </summary>
internal sealed class ListenerPipeline(
    NetworkSettings settings, TimeSpan handshakeTimeout, ChatEngine engine, ServerCertificate? certificate, BannedNetworks bans,
    RefusedConnections refused, TimeProvider time)
{
    private readonly ConnectionSetup _setup = new(engine.Places, refused);
    private readonly ProxyProtocolMiddleware _proxies = new(settings.Proxies, time);

    public void Configure(ListenOptions endpoint, Listener listener)
    {
        var isSetUp = listener.UsesTls || listener.IsForProxies;
        if (!listener.IsForProxies)
            endpoint.Use(RefuseBanned);
        if (isSetUp)
            endpoint.Use(listener.IsForProxies ? _setup.BeginUnnamed : _setup.Begin);
        if (listener.IsForProxies)
        {
            endpoint.Use(_proxies.Require);
            endpoint.Use(RefuseBanned);
            endpoint.Use(_setup.Name);
        }

        if (listener.UsesTls)
        {
            UseTls(endpoint, certificate!);
            // It may have been banned during the handshake.
            endpoint.Use(RefuseBanned);
        }
        else if (endpoint.SocketPath is not null && OperatingSystem.IsLinux())
            endpoint.Use(Measure(static connection => new UnixSocketProgress(connection)));
        if (isSetUp)
            endpoint.Use(_setup.End);
        endpoint.UseConnectionHandler<ChatConnectionHandler>();
    }

    /// <summary>Connection middleware that goes where the peer's address is known: ends a banned one without an answer.</summary>
    private ConnectionDelegate RefuseBanned(ConnectionDelegate next) => connection =>
    {
        if (!bans.Covers(connection.RemoteEndPoint))
            return next(connection);
        if (connection.Features.Get<PendingConnection>() is { } pending)
            pending.Refusal = Refusal.Banned;
        else
            refused.Add(Refusal.Banned, connection.RemoteEndPoint);
        return Task.CompletedTask;
    };

    /// <summary>Connection middleware that goes before TLS: how far the peer is, where only the transport's own count tells.</summary>
    private static Func<ConnectionDelegate, ConnectionDelegate> Measure(Func<SocketConnection, ITransportProgress> create) =>
        next => connection =>
        {
            connection.Features.Set(create(connection.Features.Get<SocketConnection>()!));
            return next(connection);
        };

    private void UseTls(ListenOptions endpoint, ServerCertificate serverCertificate)
    {
        endpoint.Use(Measure(static connection => new TlsProgress(connection)));
        endpoint.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(serverCertificate.Options),
            HandshakeTimeout = handshakeTimeout,
        });
        if (settings.Tls!.Clients is not null)
            endpoint.Use(ClientCertificates.Certify);
    }
}
