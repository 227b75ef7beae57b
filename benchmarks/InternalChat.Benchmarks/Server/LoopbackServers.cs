using System.Net;
using InternalChat.Benchmarks.Connections;
using InternalChat.Benchmarks.Storage;
using InternalChat.Engine;
using InternalChat.Server.Hosting;
using InternalChat.Server.Logging;
using InternalChat.Server.Settings;
using InternalChat.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Benchmarks.Server;

/// <summary>The server as it runs in production, over loopback, with alice and bob online; beside it the echo.</summary>
internal sealed class LoopbackServers : IDisposable
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, port: 0);

    private readonly DatabaseFolder _folder = new();
    private readonly ChatDatabase _database;
    private readonly ChatEngine _engine;
    private readonly WebApplication _chat;
    private readonly WebApplication _echo;

    static LoopbackServers()
    {
        // As the server's own start does, before the first socket.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
    }

    public LoopbackServers()
    {
        var options = new DatabaseOptions { Path = _folder.Database };
        _database = ChatDatabase.Open(options);
        _engine = new ChatEngine(_database.Log, _database.CreateReader, InMemoryChat.Options, TimeProvider.System, NullLogger.Instance);
        var settings = new ServerSettings(AnyPort, options, InMemoryChat.Options, Tls: null, LogLevel.Warning, LogFormat.Text, Http: null);
        _chat = ChatHost.Build(settings, _engine, certificate: null, NullLoggerFactory.Instance);
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
        _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _database.Dispose();
        _folder.Dispose();
    }

    private static LoopbackClient Connect(WebApplication host)
    {
        if (!host.Lifetime.ApplicationStarted.IsCancellationRequested)
            host.StartAsync().GetAwaiter().GetResult();
        return new LoopbackClient(ChatHost.BoundEndpoint(host, AnyPort));
    }

    private static void LogIn(LoopbackClient client, ReadOnlySpan<byte> line)
    {
        client.Send(line);
        client.ReadLines(1);
    }

    private static void Stop(WebApplication host)
    {
        host.StopAsync().GetAwaiter().GetResult();
        host.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
