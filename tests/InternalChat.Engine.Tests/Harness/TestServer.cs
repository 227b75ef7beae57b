using System.Diagnostics.Metrics;
using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Options;
using InternalChat.Engine.Passwords;
using InternalChat.Storage;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>
/// A whole engine over the real database in a folder of its own. Disposing it ends every connection, stops the engine and fails the
/// test where an error was logged that it had not announced.
/// </summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("engine-tests-").FullName;
    private readonly TimeProvider _time;
    private readonly Func<IStoreWriter, IStoreWriter>? _storeOver;
    private readonly Func<IStoreReader, IStoreReader>? _readerOver;
    private readonly Meter? _meter;
    private readonly List<TestClient> _clients = [];
    private readonly TaskCompletionSource<string> _processEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChatDatabase? _database;
    private ChatEngine? _engine;

    public TestServer(
        EngineOptions? options = null, TimeProvider? time = null, Func<IStoreWriter, IStoreWriter>? storeOver = null, Meter? meter = null,
        Func<IStoreReader, IStoreReader>? readerOver = null)
    {
        _readerOver = readerOver;
        _meter = meter;
        _storeOver = storeOver;
        Options = options ?? Quiet;
        _time = time ?? TimeProvider.System;
        Start();
    }

    /// <summary>
    /// Nothing that a test did not ask for: no limit of messages or reading, no presence, quick hashes, and nobody is cut because it takes
    /// long to read.
    /// </summary>
    public static EngineOptions Quiet { get; } = new()
    {
        PasswordIterations = 1_000,
        CloseTimeout = TimeSpan.FromDays(1),
        Live = new LiveOptions { RateLimit = null, MaxPending = int.MaxValue, ReadingLimit = null, Presence = PresenceMode.Off },
    };

    /// <summary>As <see cref="Quiet"/>, with everybody in LIST: presence is on, and its first window does not end.</summary>
    public static EngineOptions QuietWithList { get; } = Quiet with
    {
        Live = QuietLive with { Presence = PresenceMode.All },
        PresenceWindow = TimeSpan.FromDays(1),
    };

    /// <summary>Of <see cref="Quiet"/>, what can change while the server runs.</summary>
    public static LiveOptions QuietLive => Quiet.Live;

    /// <summary><see cref="Quiet"/> with so many failed logins at once, and one more a minute.</summary>
    public static EngineOptions Limiting(int perNetwork, int perAddress = 1_000_000) => Quiet with
    {
        Live = QuietLive with
        {
            FailedLogins = new FailureLimit(perNetwork, TimeSpan.FromMinutes(perNetwork)),
            FailedLoginsPerAddress = new FailureLimit(perAddress, TimeSpan.FromMinutes(perAddress)),
        },
    };

    public EngineOptions Options { get; private set; }

    public CapturingLogger Logger { get; } = new();

    public InterceptedStore Store { get; private set; } = null!;

    public ChatDatabase Database => _database!;

    public ChatEngine Engine => _engine!;

    /// <summary>
    /// Completes, with the reason, when the engine would end the process. Nothing that was with the writer is answered after that.
    /// </summary>
    public Task<string> ProcessEnd => _processEnd.Task;

    /// <summary>The test provokes errors in the log on purpose.</summary>
    public bool ExpectsErrors { get; set; }

    public TestClient Connect(
        IPAddress? address = null,
        ITransportProgress? progress = null,
        long pauseAt = 1 << 20,
        Func<System.IO.Pipelines.PipeWriter, System.IO.Pipelines.PipeWriter>? wrapOutput = null,
        CertifiedUser? certified = null)
    {
        var client = new TestClient(Engine, address, progress, pauseAt, wrapOutput, certified);
        lock (_clients)
            _clients.Add(client);
        return client;
    }

    /// <summary>Connects and logs in, registering where the name is new.</summary>
    public async Task<TestClient> LogInAs(
        string name, ITransportProgress? progress = null, long pauseAt = 1 << 20, string password = "password")
    {
        var client = Connect(progress: progress, pauseAt: pauseAt);
        await client.LogIn(name, password);
        return client;
    }

    /// <summary>The messages that wait for a user: logs in, takes them all and leaves.</summary>
    public async Task<List<string>> TakePending(string name)
    {
        var client = await LogInAs(name);
        client.HalfClose();
        return [.. (await client.ReadToEnd()).Where(static line => line.StartsWith("FROM ", StringComparison.Ordinal))];
    }

    public async Task Register(params string[] names)
    {
        foreach (var name in names)
        {
            var client = await LogInAs(name);
            await client.Quit();
        }
    }

    /// <summary>Stops the engine in order and starts it over the same file.</summary>
    public async Task Restart(EngineOptions? options = null)
    {
        await Stop();
        Options = options ?? Options;
        Start();
    }

    /// <summary>The count in a user's stored password hash.</summary>
    public int Iterations(string name)
    {
        using var reader = _database!.CreateReader();
        return PasswordHash.Parse(reader.FindCredentials(name)!.PasswordHash)!.Iterations;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Directory.Delete(_folder, recursive: true);
        if (!ExpectsErrors)
            Assert.Empty(Logger.Errors);
    }

    private void Start()
    {
        _database = ChatDatabase.Open(
            new DatabaseOptions { Path = Path.Combine(_folder, "chat.db"), Durability = Durability.Normal }, _time);
        Store = new InterceptedStore(_database.Writer);
        _engine = new ChatEngine(
            _storeOver?.Invoke(_database.Writer) ?? Store, CreateReader, Options, _time, Logger, _meter,
            (reason, _) => _processEnd.TrySetResult(reason));
    }

    private IStoreReader CreateReader()
    {
        var reader = _database!.CreateReader();
        return _readerOver?.Invoke(reader) ?? reader;
    }

    private async Task Stop()
    {
        foreach (var client in _clients)
            client.Vanish();
        foreach (var client in _clients.Where(_ => !ProcessEnd.IsCompleted))
            await Phase.Within(client.Served, $"the end of {client}");
        _clients.Clear();
        await Phase.Within(Engine.DisposeAsync().AsTask(), "the end of the engine");
        _database!.Dispose();
    }
}
