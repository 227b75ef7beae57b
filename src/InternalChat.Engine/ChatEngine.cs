using InternalChat.Engine.Accounts;
using InternalChat.Engine.Commands;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Delivery;
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
    private readonly EngineOptions _options;
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
    public ChatEngine(IMessageLog log, Func<LogReader> createReader, EngineOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _sessions = new SessionRegistry(options);
        _queue = new OperationQueue(options.QueueCapacity);
        _readers = new ReaderPool(createReader, options.ReaderThreads);
        _hashing = new HashingPool(options.MaxWaitingLogins);
        _presence = new PresenceBroadcaster(options, _sessions, ContactsOfAsync, time, logger);
        var accounts = new AccountDirectory(log);
        var catchUp = new CatchUp(_readers, _queue, logger);
        var touched = new TouchedSessions();
        var mailboxes = new MailboxDelivery(log, _sessions, catchUp, _presence, touched);
        var publisher = new BatchPublisher(accounts, _sessions, mailboxes, _presence, touched);
        _writer = new SingleWriter(log, _queue, accounts, publisher, time, logger);

        var rates = new MessageRates(options.RateLimit, time);
        _monitor = new SessionMonitor(options, _sessions, rates, _queue, time, logger);
        var authenticator = new Authenticator(
            options, _readers, _hashing, new VerifiedPasswords(time), new LoginThrottle(options, time), _queue, logger);
        var commands = new CommandTable(
            new SessionCommands(authenticator),
            new MessageCommands(options, _queue, rates),
            new HistoryCommand(_readers, logger),
            new ListCommand(_sessions, _readers, logger));
        _connections = new ConnectionLoop(
            options, _sessions, new CommandDispatcher(commands), new ConnectionCloser(options, rates, _queue, time, logger), time, logger);
        _writer.Start();
    }

    /// <summary>Connections of any phase.</summary>
    public int ConnectionCount => _sessions.ConnectionCount;

    /// <summary>Whether so many connections more would be within <see cref="EngineOptions.MaxConnections"/>; negative for fewer.</summary>
    public bool HasRoomFor(int connections) => (long)_sessions.ConnectionCount + connections <= _options.MaxConnections;

    /// <summary>Operations that wait for the writer, of <see cref="EngineOptions.QueueCapacity"/>.</summary>
    public int QueuedOperations => _queue.Count;

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
