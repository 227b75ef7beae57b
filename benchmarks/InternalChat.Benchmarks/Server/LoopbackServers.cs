using System.Net;
using InternalChat.Benchmarks.Connections;
using InternalChat.Benchmarks.Storage;
using InternalChat.Engine;
using InternalChat.Server.Hosting;
using InternalChat.Server.Logging;
using InternalChat.Server.Network;
using InternalChat.Server.Network.Bans;
using InternalChat.Server.Settings;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Benchmarks.Server;

/// <summary>The server as it runs in production, over loopback, with alice and bob online; beside it the echo.</summary>
internal sealed class LoopbackServers : IDisposable
{
    private static readonly Listener Plain = new(new IPEndPoint(IPAddress.Loopback, port: 0), UsesTls: false, IsForProxies: false);

    private readonly DatabaseFolder _folder = new();
    private readonly ChatDatabase _database;
    private readonly ChatEngine _engine;
    private readonly RefusedConnections _refused;
    private readonly BannedNetworks _bans;
    private readonly WebServer _chat;
    private readonly WebServer _echo;

    static LoopbackServers()
    {
        // As the server's own start does, before the first socket.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
    }

    public LoopbackServers()
    {
        var options = new DatabaseOptions { Path = _folder.Database };
        _database = ChatDatabase.Open(options);
        _engine = new ChatEngine(
            _database.Writer, _database.CreateReader, InMemoryChat.Options, TimeProvider.System, NullLogger.Instance);
        var network = new NetworkSettings([Plain], Proxies: [], UnixFileMode.None, Tls: null);
        var settings = new ServerSettings(
            network, options, InMemoryChat.Options, LogLevel.Warning, LogFormat.Text, Http: null, AdminSocket: "off");
        _refused = new RefusedConnections(TimeProvider.System, NullLogger.Instance);
        _bans = new BannedNetworks(
            new BanFile(BanFile.PathFor(options.Path)), proxies: [], _engine.Sessions.CloseFrom, TimeProvider.System, NullLogger.Instance);
        var pipeline = new ListenerPipeline(
            network, InMemoryChat.Options.Live.AuthTimeout, _engine, certificate: null, _bans, _refused,
            TimeProvider.System);
        _chat = ChatHost.Build(network, BoundListeners.Bind(network), _engine, pipeline, NullLoggerFactory.Instance);
        _echo = EchoHost.Build();
        Echo = Connect(_echo);
        Alice = Connect(_chat);
        Bob = Connect(_chat);
        LogIn(Alice, "AUTH alice password\n"u8);
        LogIn(Bob, "AUTH bob password\n"u8);
    }

    public LoopbackClient Echo { get; }

    public LoopbackClient Alice { get; }

    public LoopbackClient Bob { get; }

    public void Dispose()
    {
        Echo.Dispose();
        Alice.Dispose();
        Bob.Dispose();
        Stop(_echo);
        Stop(_chat);
        _bans.Dispose();
        _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _refused.Dispose();
        _database.Dispose();
        _folder.Dispose();
    }

    private static LoopbackClient Connect(WebServer host)
    {
        if (!host.Lifetime.ApplicationStarted.IsCancellationRequested)
            host.StartAsync().GetAwaiter().GetResult();
        return new LoopbackClient((IPEndPoint)ChatHost.BoundListeners(host, [Plain])[0].EndPoint);
    }

    private static void LogIn(LoopbackClient client, ReadOnlySpan<byte> line)
    {
        client.Send(line);
        client.ReadLines(1);
    }

    private static void Stop(WebServer host)
    {
        host.StopAsync().GetAwaiter().GetResult();
        host.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
