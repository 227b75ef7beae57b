using System.Diagnostics.Metrics;
using InternalChat.Storage.Diagnostics;
using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;
using InternalChat.Storage.Sqlite.Opening;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.Storage.Sqlite.Reading;
using InternalChat.Storage.Sqlite.Removal;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Wal;
using InternalChat.Storage.Sqlite.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Storage.Sqlite;

/// <summary>
/// An open database file: one writer (<see cref="Writer"/>) and any number of readers. No other process can open it for chat meanwhile.
/// Members may be called from any thread, except that <see cref="Dispose"/> comes after the writer and the readers have stopped.
/// </summary>
public sealed class ChatDatabase : IDisposable
{
    private readonly DatabaseOptions _options;
    private readonly DatabaseLock _lock;
    private readonly FileClaim _claim;
    private readonly ReaderGate _readers = new();
    private readonly DatabaseWriter _writer;
    private readonly ILogger _logger;
    private bool _disposed;

    private ChatDatabase(
        DatabaseOptions options, DatabaseLock fileLock, SqliteConnection connection, FileClaim claim, TimeProvider time, ILogger logger,
        Meter? meter)
    {
        var started = time.GetTimestamp();
        _options = options;
        _lock = fileLock;
        _claim = claim;
        // From here on a line that cannot be logged must not cost a batch or the file's lock.
        _logger = logger.WithoutFailures();
        _writer = new DatabaseWriter(connection, claim, _readers, options, time, _logger, meter);
        if (meter is not null)
            BackupAge.AddTo(meter, options.Path, time);
        var elapsed = time.GetElapsedTime(started);
        StorageLog.Opened(_logger, options.Path, LastMessageId, _writer.Replayed, elapsed);
    }

    /// <summary>The version of the SQLite library in use, such as 3.50.4.</summary>
    public static string SqliteVersion => new SqliteConnection().ServerVersion;

    /// <summary>The writing side. One thread calls its members.</summary>
    public IStoreWriter Writer => _writer.Store;

    /// <summary>The last committed message id; 0 at first.</summary>
    public long LastMessageId => _writer.Store.LastMessageId;

    /// <summary>
    /// How old a message may become before <see cref="IStoreWriter.Maintain"/> removes it; null for any age. May be changed at any time.
    /// </summary>
    public TimeSpan? Retention
    {
        get => _writer.Retention.Limit;
        set => _writer.Retention.Limit = value;
    }

    /// <summary>How the removal of old messages stands.</summary>
    public RetentionStatus RetentionStatus => _writer.Retention.Status;

    /// <summary>
    /// Free bytes on the disk below which the operator is warned; null for the usual <see cref="StorageSpace.LowMark"/>. May be changed at
    /// any time.
    /// </summary>
    public long? LowDiskBytes
    {
        get => _writer.Disk.LowDiskBytes;
        set => _writer.Disk.LowDiskBytes = value;
    }

    /// <summary>
    /// Why batches cannot be stored, as far as is known: what the last one failed with, until one is stored again or the file, which
    /// is tried about once a second by <see cref="IStoreWriter.Maintain"/>, takes a transaction. Null where all is well.
    /// </summary>
    public string? StoreFailure => _writer.Health.Failure;

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

        RefuseForeign(options.Path);
        var path = DatabasePath.Prepare(options.Path);
        options = options with { Path = path };
        var fileLock = DatabaseLock.TakeIfPresent(path);
        SqliteConnection? connection = null;
        FileClaim? claim = null;
        try
        {
            if (fileLock is not null)
                DatabaseRestore.ForgetInterrupted(path);
            DatabaseInspection.Inspect(path);
            fileLock ??= DatabaseLock.Take(path);
            (connection, claim) = DatabaseOpening.OpenAndUpgrade(options, time, logger);
            return new ChatDatabase(options, fileLock, connection, claim, time, logger, meter);
        }
        catch (Exception failure)
        {
            connection?.Dispose();
            claim?.Dispose();
            fileLock?.Dispose();
            if (failure is StorageException or SqliteException)
                throw DatabaseException.Because($"The database {path} could not be opened", failure);
            throw;
        }
    }

    /// <summary>
    /// Permits the removal of what is older than <see cref="Retention"/> and dated before a cutoff, which otherwise would wait where it
    /// is more than a day's worth; <see cref="IStoreWriter.Maintain"/> begins with it. It says nothing of any later cutoff.
    /// </summary>
    public void ConfirmRetention(DateTimeOffset cutoff) => _writer.Retention.Confirm(cutoff.ToUnixTimeSeconds());

    /// <summary>
    /// Opens a read-only connection of its own. Each reader is used by one thread at a time, and disposed before this database.
    /// </summary>
    /// <exception cref="StorageException">The file could not be opened.</exception>
    public IStoreReader CreateReader()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        SqliteConnection? connection = null;
        try
        {
            connection = Connections.OpenReader(_options);
            return new StoreReader(connection, _writer.Heads, _readers, _options.CachedNames);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            connection?.Dispose();
            throw SqliteFailure.From(failure);
        }
    }

    /// <summary>
    /// Writes everything about a person as JSON, as it is while this runs: account without the password hash, contacts, whom the person
    /// blocks, and all messages sent and received, oldest first, with their receipts. Who blocks the person is left out: that is about
    /// others. Reads the whole log (some seconds per ten million messages) on a connection of its own, in memory that does not grow with
    /// it.
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
            _writer.Store.Flush();
        }
        catch (Exception failure) when (failure is StorageException or BatchOutcomeUnknownException)
        {
            StorageLog.CloseIncomplete(_logger, failure.Message);
        }

        _writer.Dispose();
        _readers.Dispose();
        _claim.Dispose();
        _lock.Dispose();
    }

    /// <summary>
    /// A server lives long, on many threads: it does not lay root's rights down for each file, but is not to have them either.
    /// </summary>
    private static void RefuseForeign(string path)
    {
        if (OwnersRights.OfDatabase(path).User is { } owner)
        {
            throw new DatabaseException(
                $"The database {path} lies in a folder of the user with id {owner}, and root serves none but its own: start the server as "
                + "that user (systemctl start internalchat, or sudo -u), or name another (--db-path).");
        }
    }

    /// <summary>Makes the disk full at so many pages, for tests; 0 for the page count there is now.</summary>
    internal void LimitPages(long pages) => _writer.LimitPages(pages);
}
