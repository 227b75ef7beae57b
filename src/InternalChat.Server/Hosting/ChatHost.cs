using System.Net;
using System.Net.Sockets;
using InternalChat.Engine;
using InternalChat.Server.Logging;
using InternalChat.Server.Network;
using InternalChat.Server.Network.UnixSockets;
using InternalChat.Server.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace InternalChat.Server.Hosting;

/// <summary>Kestrel in front of the engine: its listeners, and the signals that end it.</summary>
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

    public static WebApplication Build(ServerSettings settings, ChatEngine engine, ListenerPipeline pipeline, ILoggerFactory logging)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        HostLogging.Configure(builder.Logging, logging);
        builder.Services.AddSingleton(engine);
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services.Configure<SocketTransportOptions>(Configure);
        builder.Host.UseConsoleLifetime(static lifetime => lifetime.SuppressStatusMessages = true);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseKestrelHttpsConfiguration();
        // Behind Kestrel's own, which takes every address: the last one that takes it is used.
        builder.Services.AddSingleton<IConnectionListenerFactory>(services => UnixSocketTransport.Create(
            settings.Network.UnixMode, ConfigureBuffers, services.GetRequiredService<ILoggerFactory>()));
        if (Environment.GetEnvironmentVariable("OWN_TRANSPORT") == "1")
        {
            builder.Services.AddSingleton<IConnectionListenerFactory>(services => new InternalChat.Server.Network.Transport.SocketTransport(
                endpoint => endpoint is UnixDomainSocketEndPoint unix ? UnixSocketFile.Bind(unix, settings.Network.UnixMode) : BindTcp(endpoint),
                Backlog, services.GetRequiredService<IMemoryPoolFactory<byte>>()));
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var listener in settings.Network.Listeners)
                kestrel.Listen(listener.EndPoint, endpoint => pipeline.Configure(endpoint, listener));
        });
        return builder.Build();
    }

    /// <summary>The listeners with the ports that the system chose, in the order of the settings; after the start.</summary>
    public static IReadOnlyList<Listener> BoundListeners(WebApplication host, IReadOnlyList<Listener> asked)
    {
        var addresses = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return [.. asked.Zip(addresses, static (listener, address) => listener.EndPoint is IPEndPoint ip
            ? listener with { EndPoint = new IPEndPoint(ip.Address, BindingAddress.Parse(address).Port) }
            : listener)];
    }

    private static void ConfigureBuffers(SocketTransportOptions sockets)
    {
        sockets.Backlog = Backlog;
        sockets.MaxReadBufferSize = MaxReadBufferBytes;
        sockets.MaxWriteBufferSize = MaxWriteBufferBytes;
        // The engine never blocks a thread that it is called on, so the transport's threads may run it.
        sockets.UnsafePreferInlineScheduling = true;
    }

    private static void Configure(SocketTransportOptions sockets)
    {
        ConfigureBuffers(sockets);
        sockets.CreateBoundListenSocket = BindTcp;
    }

    private static Socket BindTcp(EndPoint endpoint)
    {
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            // Accepted sockets inherit these. They find idle peers that have vanished; the engine finds the others.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveIdleSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            return socket;
        }
    }
}
