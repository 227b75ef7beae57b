using Dapper;
using InternalChat.Storage.Files;
using InternalChat.Storage.Heads;
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
    private readonly HeadCache _heads;
    private readonly WriteBehind _writeBehind;
    private readonly MessageLog _log;
    private readonly ILogger _logger;
    private bool _disposed;

    private ChatDatabase(DatabaseOptions options, DatabaseLock fileLock, SqliteConnection connection, TimeProvider time, ILogger logger)
    {
        var started = time.GetTimestamp();
        _options = options;
        _lock = fileLock;
        _connection = connection;
        _logger = logger;
        _heads = new HeadCache(options.CleanHeads);
        var state = ReadState(connection);
        _writeBehind = new WriteBehind(connection, _heads, time, state.HeadsThrough, LargestAccountId(connection));
        var replayed = LogReplay.Run(connection, state.HeadsThrough, _heads, _writeBehind.DirtyHeads);
        _checkpointer = new Checkpointer(Connections.OpenCheckpointer(options));
        var wal = new WalRecycler(connection, _checkpointer, logger);
        _log = new MessageLog(connection, _heads, _writeBehind, wal, options, time, logger, state.LastMessageId);
        var elapsed = time.GetElapsedTime(started);
        StorageLog.Opened(logger, options.Path, state.LastMessageId, replayed, elapsed);
    }

    /// <summary>The version of the SQLite library in use, such as 3.50.4.</summary>
    public static string SqliteVersion => new SqliteConnection().ServerVersion;

    /// <summary>The writer. Its members are called by one thread.</summary>
    public IMessageLog Log => _log;

    /// <summary>
    /// Opens the file, making it and its folder where they are missing: takes the lock, upgrades an older file after a backup beside it,
    /// and replays the log's tail.
    /// </summary>
    /// <param name="options">Which file and how.</param>
    /// <param name="time">The clock; the system's where not given.</param>
    /// <param name="logger">For the operator; silent where not given.</param>
    /// <exception cref="DatabaseException">Refused, with one line for the operator. The file is as it was.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A bound of the options is out of its range.</exception>
    public static ChatDatabase Open(DatabaseOptions options, TimeProvider? time = null, ILogger? logger = null)
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
            return new ChatDatabase(options, fileLock, connection, time, logger);
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
            return new LogReader(Connections.OpenReader(_options), _heads, _options.CachedNames);
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
        _writeBehind.Dispose();
        _connection.Dispose();
        _lock.Dispose();
    }

    /// <summary>Makes the disk full at so many pages, for tests; 0 for the page count there is now.</summary>
    internal void LimitPages(long pages) => Connections.Pragma(_connection, "max_page_count", pages);

    // In methods of their own: Dapper.AOT does not see a call in a constructor, which a native program could not make.
    private static StateRow ReadState(SqliteConnection connection) => connection.QuerySingle<StateRow>(Sql.ReadState);

    private static long LargestAccountId(SqliteConnection connection) => connection.QuerySingle<long>(Sql.LargestAccountId);
}
