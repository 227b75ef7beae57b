using System.Diagnostics.Metrics;
using Dapper;
using InternalChat.Storage.Diagnostics;
using InternalChat.Storage.Files;
using InternalChat.Storage.Heads;
using InternalChat.Storage.Maintenance;
using InternalChat.Storage.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Storage;

/// <summary>
/// An open database file: one writer (<see cref="Log"/>) and any number of readers. No other process can open it for chat meanwhile.
/// Members may be called from any thread, except that <see cref="Dispose"/> comes after the writer and the readers have stopped.
/// </summary>
public sealed class ChatDatabase : IDisposable
{
    private readonly DatabaseOptions _options;
    private readonly DatabaseLock _lock;
    private readonly SqliteConnection _connection;
    private readonly Checkpointer _checkpointer;
    private readonly ReaderGate _readers = new();
    private readonly HeadCache _heads;
    private readonly WriteBehind _writeBehind;
    private readonly Receipts _receipts;
    private readonly MessageWipe _wipe;
    private readonly Retention _retention;
    private readonly LowDiskWatch _disk;
    private readonly WriteHealth _health;
    private readonly WriteBatch _batch;
    private readonly MessageLog _log;
    private readonly ILogger _logger;
    private bool _disposed;

    private ChatDatabase(
        DatabaseOptions options, DatabaseLock fileLock, SqliteConnection connection, TimeProvider time, ILogger logger, Meter? meter)
    {
        var metrics = new StorageMetrics(meter);
        var started = time.GetTimestamp();
        _options = options;
        _lock = fileLock;
        _connection = connection;
        _logger = logger;
        _heads = new HeadCache(options.CleanHeads);
        var state = ReadState(connection);
        _writeBehind = new WriteBehind(connection, _heads, time, state.HeadsThrough, LargestAccountId(connection));
        var replayed = LogReplay.Run(connection, state.HeadsThrough, _heads, _writeBehind.DirtyHeads);
        _checkpointer = new Checkpointer(Connections.OpenCheckpointer(options), metrics, time);

        var wal = new WalRecycler(connection, _checkpointer, _readers, metrics, time, logger);
        var pace = new UpkeepPace(time);
        var blocks = new BlockLists(connection, options.CachedBlockLists);
        var transaction = new WriteTransaction(connection, metrics, time);
        _health = new WriteHealth(transaction, options.Path, time);
        _receipts = new Receipts(connection, options.RecentMessages);
        _wipe = new MessageWipe(connection, _receipts.Recent);
        _retention = new Retention(connection, _wipe, options.Retention, time, logger);
        var erasure = new Erasure(connection, _wipe, _heads, wal, time, logger);
        _batch = new WriteBatch(
            transaction, _health, _heads, _writeBehind, _receipts.Recent, blocks, wal, pace, metrics, logger, state.LastMessageId);
        _disk = new LowDiskWatch(options.Path, time, logger) { LowDiskBytes = options.LowDiskBytes };
        var upkeep = new Upkeep(_batch, _health, wal, _disk, pace, metrics, logger, _writeBehind, _retention, erasure);
        _log = new MessageLog(connection, _batch, _heads, _writeBehind, _receipts, blocks, upkeep);
        Accounts = new AccountAdministration(connection, _batch, _log, erasure);
        if (meter is not null)
            FileGauges.AddTo(meter, options.Path, _log, _writeBehind, wal, _disk);
        var elapsed = time.GetElapsedTime(started);
        StorageLog.Opened(logger, options.Path, state.LastMessageId, replayed, elapsed);
    }

    /// <summary>The version of the SQLite library in use, such as 3.50.4.</summary>
    public static string SqliteVersion => new SqliteConnection().ServerVersion;

    /// <summary>The writer. Its members are called by one thread.</summary>
    public IMessageLog Log => _log;

    /// <summary>What operators do to accounts, within the writer's batch: its members are called by the writer's thread.</summary>
    public IAccountAdministration Accounts { get; }

    /// <summary>
    /// How old a message may become before <see cref="IMessageLog.Maintain"/> removes it; null for any age. May be changed at any time.
    /// </summary>
    public TimeSpan? Retention
    {
        get => _retention.Limit;
        set => _retention.Limit = value;
    }

    /// <summary>
    /// Free bytes on the disk below which the operator is warned; null for <see cref="StorageSpace.LowWaterMark"/>. May be changed at any time.
    /// </summary>
    public long? LowDiskBytes
    {
        get => _disk.LowDiskBytes;
        set => _disk.LowDiskBytes = value;
    }

    /// <summary>
    /// Why batches cannot be stored, as far as is known: what the last one failed with, until one is stored again or the file, which
    /// is tried about once a second by <see cref="IMessageLog.Maintain"/>, takes a transaction. Null where all is well.
    /// </summary>
    public string? StoreFailure => _health.Failure;

    /// <summary>
    /// Opens the file, making it and its folder where they are missing: takes the lock, upgrades an older file after a backup beside it,
    /// and replays the log's tail.
    /// </summary>
    /// <param name="options">Which file and how.</param>
    /// <param name="time">The clock; the system's where not given.</param>
    /// <param name="logger">For the operator; silent where not given.</param>
    /// <param name="meter">Where storage's instruments appear, for as long as the meter lives; nowhere where not given.</param>
    /// <exception cref="DatabaseException">Refused, with one line for the operator. The file is as it was.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound of the options is out of its range.</exception>
    public static ChatDatabase Open(DatabaseOptions options, TimeProvider? time = null, ILogger? logger = null, Meter? meter = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        time ??= TimeProvider.System;
        logger ??= NullLogger.Instance;

        var path = DatabaseFile.Prepare(options.Path);
        options = options with { Path = path };
        var fileLock = DatabaseLock.TakeIfPresent(path);
        SqliteConnection? connection = null;
        try
        {
            DatabaseFile.Inspect(path);
            fileLock ??= DatabaseLock.Take(path);
            connection = DatabaseFile.OpenAndUpgrade(options, time, logger);
            return new ChatDatabase(options, fileLock, connection, time, logger, meter);
        }
        catch (Exception failure)
        {
            connection?.Dispose();
            fileLock?.Dispose();
            if (failure is StorageException or SqliteException)
                throw DatabaseException.Because($"The database {path} could not be opened", failure);
            throw;
        }
    }

    /// <summary>
    /// Opens a read-only connection of its own. Each reader is used by one thread at a time, and disposed before this database.
    /// </summary>
    /// <exception cref="StorageException">The file could not be opened.</exception>
    public LogReader CreateReader()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            return new LogReader(Connections.OpenReader(_options), _heads, _readers, _options.CachedNames);
        }
        catch (SqliteException failure)
        {
            throw SqliteFailure.From(failure);
        }
    }

    /// <summary>
    /// Writes everything about a person as JSON, as it is while this runs: account without the password hash, contacts, whom the person
    /// blocks, and all messages sent and received, oldest first, with their receipts. Who blocks the person is left out: that is about others.
    /// Reads the whole log (some seconds per ten million messages) on a connection of its own, in memory that does not grow with it.
    /// </summary>
    /// <param name="username">Whose data.</param>
    /// <param name="output">Takes UTF-8; may be slow. It is not closed.</param>
    /// <param name="exportedAt">Unix seconds, for the head of the document.</param>
    /// <param name="cancellation">Ends it in the middle of the document.</param>
    /// <returns>Whether there is such an account; otherwise nothing was written.</returns>
    /// <exception cref="StorageException">The file could not be read.</exception>
    /// <exception cref="OperationCanceledException">It was ended; what was written is no whole document.</exception>
    public bool ExportAccount(string username, Stream output, long exportedAt, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            using var export = new AccountExport(Connections.OpenReader(_options), _options.CachedNames);
            return export.Write(username, output, exportedAt, cancellation);
        }
        catch (SqliteException failure)
        {
            throw SqliteFailure.From(failure);
        }
    }

    /// <summary>
    /// Writes what was waiting, closes (which empties the WAL) and releases the lock. A batch that is open is rolled back.
    /// </summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;

        try
        {
            _log.Flush();
        }
        catch (StorageException failure)
        {
            StorageLog.CloseIncomplete(_logger, failure.Message);
        }

        // The last connection of a file to close copies the WAL and removes it.
        _checkpointer.Dispose();
        _log.Dispose();
        _retention.Dispose();
        _wipe.Dispose();
        _receipts.Dispose();
        _batch.Dispose();
        _writeBehind.Dispose();
        _connection.Dispose();
        _readers.Dispose();
        _lock.Dispose();
    }

    /// <summary>Makes the disk full at so many pages, for tests; 0 for the page count there is now.</summary>
    internal void LimitPages(long pages) => Connections.Pragma(_connection, "max_page_count", pages);

    // In methods of their own: Dapper.AOT does not see a call in a constructor, which a native program could not make.
    private static StateRow ReadState(SqliteConnection connection) => connection.QuerySingle<StateRow>(Sql.ReadState);

    private static long LargestAccountId(SqliteConnection connection) => connection.QuerySingle<long>(Sql.LargestAccountId);
}
