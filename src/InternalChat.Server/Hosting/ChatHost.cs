using System.Net;
using InternalChat.Engine;
using InternalChat.Server.Network;
using InternalChat.Server.Network.Transport;
using InternalChat.Server.Settings;
using InternalChat.Server.Tuning;
using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Hosting;

/// <summary>Kestrel in front of the engine: its listeners, and the signals that end it.</summary>
internal static class ChatHost
{
    // The kernel takes its own limit (net.core.somaxconn) where that is lower.
    private const int Backlog = 65_535;

    // Sessions get 3 s to end, the engine finishes what was accepted, the database its checkpoint: 5 s in all.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(4);

    public static WebServer Build(
        NetworkSettings network, BoundListeners bound, ChatEngine engine, ListenerPipeline pipeline, ILoggerFactory logging) =>
        WebServer.Build(
            logging,
            (host, web) =>
            {
                host.UseConsoleLifetime(static lifetime => lifetime.SuppressStatusMessages = true);
                web.UseKestrelHttpsConfiguration();
                web.ConfigureServices(services => services
                    .AddSingleton(engine)
                    .Configure<HostOptions>(static options => options.ShutdownTimeout = ShutdownTimeout)
                    // Behind Kestrel's own: the last one is used.
                    .AddSingleton<IConnectionListenerFactory>(provider => new SocketTransport(
                        endpoint => bound.Listen(endpoint, Backlog),
                        Backlog,
                        provider.GetRequiredService<IMemoryPoolFactory<byte>>(),
                        TimeProvider.System,
                        logging.CreateLogger("InternalChat"))));
                web.ConfigureKestrel(kestrel =>
                {
                    var gcPause = new StormGcPause(TimeProvider.System, () => engine.ConnectionCount, ProcessMemory.PauseCollections);
                    foreach (var listener in network.Listeners)
                    {
                        kestrel.Listen(listener.EndPoint, endpoint =>
                        {
                            endpoint.Use(gcPause.Before);
                            pipeline.Configure(endpoint, listener);
                        });
                    }
                });
            });

    /// <summary>The listeners with the ports that the system chose, in the order of the settings; after the start.</summary>
    public static IReadOnlyList<Listener> BoundListeners(WebServer host, IReadOnlyList<Listener> asked) =>
        [.. asked.Zip(host.Addresses, static (listener, address) => listener.EndPoint is IPEndPoint ip
            ? listener with { EndPoint = new IPEndPoint(ip.Address, BindingAddress.Parse(address).Port) }
            : listener)];
}
