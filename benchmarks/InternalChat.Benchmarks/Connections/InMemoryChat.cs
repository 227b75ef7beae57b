using InternalChat.Benchmarks.Engine;
using InternalChat.Benchmarks.Storage;
using InternalChat.Engine;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Options;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Benchmarks.Connections;

/// <summary>What is behind the engine.</summary>
public enum LogKind
{
    /// <summary>Messages go nowhere.</summary>
    Null,

    /// <summary>The real log, with a sync for each batch.</summary>
    Synced,
}

/// <summary>A whole engine without sockets, with alice and bob online.</summary>
internal sealed class InMemoryChat : IDisposable
{
    private readonly DatabaseFolder _folder = new();
    private readonly ChatDatabase _database;
    private readonly ChatEngine _engine;

    public InMemoryChat(LogKind log)
    {
        _database = ChatDatabase.Open(new DatabaseOptions { Path = _folder.Database });
        var store = log == LogKind.Null ? new NullStore() : _database.Writer;
        _engine = new ChatEngine(store, _database.CreateReader, Options, TimeProvider.System, NullLogger.Instance);
        Alice = LogIn("AUTH alice password\n"u8);
        Bob = LogIn("AUTH bob password\n"u8);
    }

    /// <summary>No rate limit, no presence, quick hashes.</summary>
    public static EngineOptions Options { get; } = new()
    {
        PasswordIterations = 1_000,
        Live = new LiveOptions { RateLimit = null, ReadingLimit = null, Presence = PresenceMode.Off },
    };

    public InMemoryPeer Alice { get; }

    public InMemoryPeer Bob { get; }

    public void Dispose()
    {
        Alice.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Bob.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _database.Dispose();
        _folder.Dispose();
    }

    private InMemoryPeer LogIn(ReadOnlySpan<byte> line)
    {
        var peer = new InMemoryPeer(pipes => _engine.ServeAsync(new ChatConnection(pipes, static () => { })));
        peer.Send(line);
        peer.WaitForLines(1);
        return peer;
    }
}
