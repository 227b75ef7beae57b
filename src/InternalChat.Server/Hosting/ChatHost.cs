using System.Net;
using System.Net.Sockets;
using InternalChat.Engine;
using InternalChat.Engine.Connections;
using InternalChat.Server.Logging;
using InternalChat.Server.Settings;
using InternalChat.Server.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace InternalChat.Server.Hosting;

/// <summary>Kestrel in front of the engine: one endpoint, plain or TLS, and the signals that end it.</summary>
internal static class ChatHost
{
    // What Kestrel may buffer of a connection before it stops reading from the socket; the longest line is half of it.
    private const int MaxReadBufferBytes = 32 * 1024;

    // What may wait for the socket before a session counts as congested; with 200 slow consumers 13 MB.
    private const int MaxWriteBufferBytes = 64 * 1024;

    private const int Backlog = 4_096;
    private const int KeepAliveIdleSeconds = 20;
    private const int KeepAliveIntervalSeconds = 10;
    private const int KeepAliveProbes = 3;

    // Sessions get 3 s to end, the engine finishes what was accepted, the database its checkpoint: 5 s in all.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(4);

    public static WebApplication Build(ServerSettings settings, ChatEngine engine, ServerCertificate? certificate, ILoggerFactory logging)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        HostLogging.Configure(builder.Logging, logging);
        builder.Services.AddSingleton(engine);
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services.Configure<SocketTransportOptions>(Configure);
        builder.Host.UseConsoleLifetime(static lifetime => lifetime.SuppressStatusMessages = true);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(settings.Endpoint, endpoint => Configure(endpoint, certificate, settings.Engine.Live.AuthTimeout));
        });
        return builder.Build();
    }

    /// <summary>Where the server listens, after its start.</summary>
    public static IPEndPoint BoundEndpoint(WebApplication host, IPEndPoint asked)
    {
        var addresses = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        return new IPEndPoint(asked.Address, new Uri(addresses!.Addresses.Single()).Port);
    }

    private static void Configure(SocketTransportOptions sockets)
    {
        sockets.Backlog = Backlog;
        sockets.MaxReadBufferSize = MaxReadBufferBytes;
        sockets.MaxWriteBufferSize = MaxWriteBufferBytes;
        // The engine never blocks a thread that it is called on, so the transport's threads may run it.
        sockets.UnsafePreferInlineScheduling = true;
        sockets.CreateBoundListenSocket = static endpoint =>
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            // Accepted sockets inherit these. They find idle peers that have vanished; the engine finds the others.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveIdleSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            return socket;
        };
    }

    private static void Configure(ListenOptions endpoint, ServerCertificate? certificate, TimeSpan handshakeTimeout)
    {
        if (certificate is not null)
        {
            endpoint.Use(TlsProgress.Count);
            endpoint.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(certificate.Options),
                HandshakeTimeout = handshakeTimeout,
            });
        }

        endpoint.UseConnectionHandler<ChatConnectionHandler>();
    }
}
