using System.Diagnostics.Metrics;
using InternalChat.Engine.Administration;
using InternalChat.Engine.Commands;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Lifecycle;
using InternalChat.Engine.Logins;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Writing;
using InternalChat.Storage;
using InternalChat.Storage.Diagnostics;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine;

/// <summary>
/// The chat server without its listeners: give it connections. Puts the parts together and takes them apart in order; has no logic of
/// its own.
/// </summary>
/// <remarks>Thread-safe. Does not own the store that it is given.</remarks>
public sealed class ChatEngine : IAsyncDisposable
{
    private readonly CurrentOptions _current;
    private readonly SessionRegistry _sessions;
    private readonly VerifiedPasswords _verified;
    private readonly OperationQueue _queue;
    private readonly IEngineThreads _threads;
    private readonly PresenceBroadcaster _presence;
    private readonly Heartbeat _heartbeat;
    private readonly FailedLogins _failedLogins;
    private readonly SingleWriter _writer;
    private readonly ConnectionLoop _connections;
    private readonly SessionDrain _drain;

    // Never disposed: it has no timer, and BeginShutdown and TryDrain may still come.
    private readonly CancellationTokenSource _stopping = new();
    private volatile EngineState _state;
    private bool _isDisposed;

    /// <summary>Starts the engine's threads.</summary>
    /// <param name="store">The store's writing side; from now on only the engine's writer uses it.</param>
    /// <param name="createReader">Makes a reading side; called once per reader thread.</param>
    /// <param name="options">Settings.</param>
    /// <param name="time">Where all time comes from.</param>
    /// <param name="logger">Where the engine reports.</param>
    /// <param name="meter">Where the engine's instruments appear, for as long as the meter lives; nowhere where not given.</param>
    /// <param name="endProcess">
    /// Ends the process at once, given why and because of what; <see cref="Environment.FailFast(string, Exception)"/> if not given. Called
    /// when the writer cannot go on, because then nobody knows what is stored and nobody is served.
    /// </param>
    public ChatEngine(
        IStoreWriter store, Func<IStoreReader> createReader, EngineOptions options, TimeProvider time,
        ILogger logger, Meter? meter = null, Action<string, Exception>? endProcess = null)
        : this(store, metrics => new EngineThreads(createReader, options, metrics, time), options, time, logger, meter, endProcess)
    {
    }

    /// <summary>The same, run by what the caller makes.</summary>
    internal ChatEngine(
        IStoreWriter store, Func<EngineMetrics, IEngineThreads> createThreads, EngineOptions options, TimeProvider time,
        ILogger logger, Meter? meter = null, Action<string, Exception>? endProcess = null)
    {
        logger = logger.WithoutFailures();
        var metrics = new EngineMetrics(meter);
        _current = new CurrentOptions(options.Live);
        _threads = createThreads(metrics);
        var (readers, hashing) = (_threads.Readers, _threads.Hashing);
        _sessions = new SessionRegistry(_current, time, _threads.Concurrency, logger);
        _queue = new OperationQueue(options.QueueCapacity);
        var presenceRule = new PresenceRule(_sessions, readers);
        _presence = new PresenceBroadcaster(options, _current, _sessions, presenceRule, time, logger);
        var directory = new AccountDirectory(store);
        var revisions = new AccountRevisions();
        var verified = _verified = new VerifiedPasswords(time);
        var throttle = new LoginThrottle(_current, time);
        var catchUp = new CatchUp(readers, _queue, logger);
        var unflushed = new UnflushedSessions(logger);
        var mailboxes = new MailboxDelivery(store, _sessions, catchUp, _presence, unflushed, metrics);
        var known = new KnownNames(readers);
        var pending = new PendingMessages(_current, _sessions);
        var online = new OnlineUsers(store, directory, verified, _sessions, mailboxes, _presence, unflushed, pending, known, metrics);
        var changes = new AccountChanges(store, directory, revisions, _sessions, verified, online, pending, known);
        var publisher = new BatchPublisher(online, changes, _sessions, mailboxes, unflushed, metrics);
        _writer = new SingleWriter(
            store, _queue, directory, changes, revisions, pending, publisher, metrics, time, logger, endProcess ?? Environment.FailFast);

        Authenticator = new Authenticator(
            options, _current, hashing, verified, revisions, throttle, new LoginThrottle(_current, time),
            new Registrations(_current, store, metrics, time, logger),
            new SlowestHash(options, readers),
            new LoginLookup(readers, time), _queue, time, logger);
        var replies = new Replies(metrics);
        _failedLogins = new FailedLogins(time, logger);
        var budget = new ReadingBudget(_current, metrics, time);
        var commands = new CommandTable(
            new SessionCommands(options, Authenticator, _current, replies, metrics, _failedLogins, time),
            new MessageCommands(options, _current, _queue, replies, metrics, time),
            new HistoryCommand(replies, budget, readers, logger),
            new ListCommand(replies, _current, presenceRule, known, budget, readers, logger));
        var closer = new ConnectionCloser(options, _queue, metrics, time, logger);
        _connections = new ConnectionLoop(options, _sessions, new CommandDispatcher(commands, replies, budget), closer, time, logger);
        Sessions = new SessionAdministration(_sessions, time);
        Accounts = new AccountAdministration(options, _sessions, readers, hashing, throttle, _queue);
        _drain = new SessionDrain(_sessions, _threads.Random, time);
        if (meter is not null)
            StateGauges.AddTo(meter, options, _current, _sessions, _queue, readers, hashing, time);
        // Last, and first what may fail: an engine that is not made leaves no thread, no timer and no open reader behind.
        _threads.Start(_writer);
        _failedLogins.Start();
        _heartbeat = new Heartbeat(options, _current, _sessions, _queue, time, logger);
    }

    /// <summary>What the engine does with connections.</summary>
    public EngineState State => _state;

    /// <summary>For operators: who is online.</summary>
    public SessionAdministration Sessions { get; }

    /// <summary>For operators: who may be.</summary>
    public AccountAdministration Accounts { get; }

    /// <summary>Connections of any phase.</summary>
    public int ConnectionCount => Places.Count;

    /// <summary>How many connections have come, and how many have gone, since the start, in sum.</summary>
    public long ConnectionTurnover => Places.Turnover;

    /// <summary>Who may connect. Whoever knows a connection before the engine does takes its place.</summary>
    public ConnectionPlaces Places => _sessions.Places;

    /// <summary>
    /// What is in force now; what is set is in force from the next message, connection or heartbeat (a second) on, for those who are
    /// connected too. Whoever is over a lowered limit of connections stays.
    /// </summary>
    public LiveOptions LiveOptions
    {
        get => _current.Live;
        set => _current.Live = value;
    }

    /// <summary>Who lets users in.</summary>
    internal Authenticator Authenticator { get; }

    /// <summary>Logins that wait for a thread to hash their password.</summary>
    internal int WaitingLogins => _threads.Hashing.Waiting;

    /// <summary>Operations that wait for the writer, of <see cref="EngineOptions.QueueCapacity"/>.</summary>
    public int QueuedOperations => _queue.Count;

    /// <summary>
    /// How long ago the writer last came round. It does so at least once a second: more than a few tell of a store that does not answer, or
    /// of a writer that is stuck or dead.
    /// </summary>
    public TimeSpan WriterSilence => _writer.Silence;

    /// <summary>Serves one connection until it has ended. Never throws.</summary>
    public Task ServeAsync(ChatConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _verified.MakeKey();
        return _connections.RunAsync(connection);
    }

    /// <summary>
    /// Has everybody leave in random order, evenly over a time; from now on new connections are told that the server stops. Messages go
    /// on meanwhile among those who are still there.
    /// </summary>
    /// <param name="over">How long it takes; zero tells all at once.</param>
    /// <returns>Ends when everybody has been told, or the engine stops; null where it drains already, or stops.</returns>
    public Task? TryDrain(TimeSpan over) =>
        Interlocked.CompareExchange(ref _state, EngineState.Draining, EngineState.Serving) == EngineState.Serving
            ? _drain.RunAsync(over, _stopping.Token)
            : null;

    /// <summary>
    /// Tells every connection that the server stops. What they have submitted is finished; each ends when its peer has taken what is
    /// owed to it, within <see cref="EngineOptions.CloseTimeout"/>.
    /// </summary>
    public void BeginShutdown()
    {
        if (Interlocked.Exchange(ref _state, EngineState.Stopping) == EngineState.Stopping)
            return;
        _sessions.Close();
        // Before the hashing stops: a login that it cancels must not look like a broken connection.
        foreach (var session in _sessions.Connections)
            session.RequestClose(CloseReason.ServerShutdown);
        _stopping.Cancel();
        _threads.Hashing.Stop();
    }

    /// <summary>Finishes what was accepted and ends the engine's threads. Connections should have ended before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        BeginShutdown();
        _heartbeat.Dispose();
        _failedLogins.Dispose();
        _presence.Dispose();
        _queue.Complete();
        await _threads.DisposeAsync();
        _queue.Dispose();
    }
}
