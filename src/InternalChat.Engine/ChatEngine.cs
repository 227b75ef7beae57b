using System.Diagnostics.Metrics;
using InternalChat.Engine.Accounts;
using InternalChat.Engine.Commands;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Writing;
using InternalChat.Storage;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine;

/// <summary>
/// The chat server without its sockets: give it connections. Puts the parts together and takes them apart in order; has no logic of
/// its own.
/// </summary>
/// <remarks>Thread-safe. Does not own the database that it is given.</remarks>
public sealed class ChatEngine : IAsyncDisposable
{
    private readonly CurrentOptions _current;
    private readonly SessionRegistry _sessions;
    private readonly OperationQueue _queue;
    private readonly ReaderPool _readers;
    private readonly HashingPool _hashing;
    private readonly PresenceBroadcaster _presence;
    private readonly SessionMonitor _monitor;
    private readonly SingleWriter _writer;
    private readonly ConnectionLoop _connections;
    private volatile bool _isStopping;
    private bool _isDisposed;

    /// <summary>Starts the engine's threads.</summary>
    /// <param name="log">The write side of the log; from now on only the engine's writer uses it.</param>
    /// <param name="createReader">Makes a read side; called once per reader thread.</param>
    /// <param name="options">Settings.</param>
    /// <param name="time">Where all time comes from.</param>
    /// <param name="logger">Where the engine reports.</param>
    /// <param name="meter">Where the engine's instruments appear, for as long as the meter lives; nowhere where not given.</param>
    public ChatEngine(
        IMessageLog log, Func<LogReader> createReader, EngineOptions options, TimeProvider time, ILogger logger, Meter? meter = null)
    {
        var metrics = new EngineMetrics(meter);
        _current = new CurrentOptions(options.Live);
        _sessions = new SessionRegistry(_current);
        _queue = new OperationQueue(options.QueueCapacity);
        _readers = new ReaderPool(createReader, options.ReaderThreads);
        _hashing = new HashingPool(options.MaxWaitingLogins, metrics, time);
        _presence = new PresenceBroadcaster(options, _current, _sessions, ContactsOfAsync, time, logger);
        var accounts = new AccountDirectory(log);
        var catchUp = new CatchUp(_readers, _queue, logger);
        var touched = new TouchedSessions();
        var mailboxes = new MailboxDelivery(log, _sessions, catchUp, _presence, touched, metrics);
        var publisher = new BatchPublisher(accounts, _sessions, mailboxes, _presence, touched, metrics);
        _writer = new SingleWriter(log, _queue, accounts, publisher, metrics, time, logger);

        var rates = new MessageRates(_current, time);
        _monitor = new SessionMonitor(options, _current, _sessions, rates, _queue, time, logger);
        var authenticator = new Authenticator(
            options, _current, _readers, _hashing, new VerifiedPasswords(time), new LoginThrottle(options, time), _queue, logger);
        var replies = new Replies(metrics);
        var commands = new CommandTable(
            new SessionCommands(authenticator, replies, metrics),
            new MessageCommands(options, _queue, rates, replies, metrics),
            new HistoryCommand(replies, _readers, logger),
            new ListCommand(replies, _sessions, _readers, logger));
        var closer = new ConnectionCloser(options, rates, _queue, metrics, time, logger);
        _connections = new ConnectionLoop(options, _sessions, new CommandDispatcher(commands, replies), closer, time, logger);
        if (meter is not null)
            StateGauges.AddTo(meter, options, _current, _sessions, _queue, _readers, _hashing, time);
        _writer.Start();
    }

    /// <summary>Connections of any phase.</summary>
    public int ConnectionCount => _sessions.ConnectionCount;

    /// <summary>
    /// What is in force now; what is set is in force from the next message, connection or heartbeat (a second) on, for those who are
    /// connected too. Whoever is over a lowered limit of connections stays.
    /// </summary>
    public LiveOptions LiveOptions
    {
        get => _current.Live;
        set => _current.Live = value;
    }

    /// <summary>Operations that wait for the writer, of <see cref="EngineOptions.QueueCapacity"/>.</summary>
    public int QueuedOperations => _queue.Count;

    /// <summary>
    /// How long the writer has been at what it is doing, zero while it waits for work: more than a second or two only where a disk does
    /// not answer.
    /// </summary>
    public TimeSpan WriterTurnDuration => _writer.TurnDuration;

    /// <summary>
    /// How often the writer has come round. It does so at least once a second, so that a count that stands still for longer tells of a
    /// writer that is stuck or dead.
    /// </summary>
    public long WriterTurns => _writer.Turns;

    /// <summary>Serves one connection until it has ended. Never throws.</summary>
    public Task ServeAsync(ChatConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var served = _connections.RunAsync(connection);
        if (_isStopping)
            CloseAll();
        return served;
    }

    /// <summary>
    /// Tells every connection that the server stops. What they have submitted is finished; each ends when its peer has taken what is
    /// owed to it, within <see cref="EngineOptions.CloseTimeout"/>.
    /// </summary>
    public void BeginShutdown()
    {
        _isStopping = true;
        // Before the hashing stops: a login that it cancels must not look like a broken connection.
        CloseAll();
        _hashing.Stop();
    }

    /// <summary>Finishes what was accepted and ends the engine's threads. Connections should have ended before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        BeginShutdown();
        _monitor.Dispose();
        _presence.Dispose();
        _queue.Complete();
        await Task.Run(_writer.Join);
        _readers.Dispose();
        _hashing.Dispose();
        _queue.Dispose();
    }

    private void CloseAll()
    {
        foreach (var session in _sessions.Connections)
            session.RequestClose(CloseReason.ServerShutdown);
    }

    private async ValueTask<IReadOnlyList<long>> ContactsOfAsync(long accountId) =>
        await _readers.RunAsync(static (reader, accountId) => reader.ListContacts(accountId), accountId);
}
