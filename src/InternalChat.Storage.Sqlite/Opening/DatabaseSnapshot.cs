using Dapper;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Opening;

/// <summary>
/// A database as it is at one moment, read for as long as it takes, also beside a server that runs, in this process or another one: its
/// writer does not wait. Meanwhile the WAL cannot be begun anew and grows with what is written; before that fills the disk, reading ends
/// with an error. One thread at a time.
/// </summary>
internal sealed class DatabaseSnapshot : IDisposable
{
    /// <summary>The disk is looked at after so many of SQLite's instructions: some hundred times a second.</summary>
    private const int InstructionsBetweenLooks = 500_000;

    private readonly string _path;
    private readonly long? _lowDiskBytes;
    private readonly CancellationToken _cancellation;
    private readonly long _walBytes;
    private readonly (long Length, DateTime WrittenAt)? _stateAlone;
    private bool _isDiskLow;

    private DatabaseSnapshot(
        string path, SqliteConnection connection, (long, DateTime)? stateAlone, long? lowDiskBytes, CancellationToken cancellation)
    {
        _stateAlone = stateAlone;
        _path = path;
        _lowDiskBytes = lowDiskBytes;
        _cancellation = cancellation;
        _walBytes = StorageSpace.Length(path + "-wal");
        Connection = connection;
    }

    /// <summary>In a read transaction.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>The newest message of this moment.</summary>
    public long LastMessageId { get; private set; }

    /// <summary>How long a copy of it is.</summary>
    public long Bytes { get; private set; }

    /// <summary>Begins to read.</summary>
    /// <param name="path">The database.</param>
    /// <param name="lowDiskBytes">Free bytes below which reading ends; null for the usual <see cref="StorageSpace.LowMark"/>.</param>
    /// <param name="cancellation">Ends SQLite's work too, which then fails; <see cref="ThrowIfEnded"/> tells why.</param>
    /// <exception cref="DatabaseException">There is no database of this version.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static DatabaseSnapshot Take(string path, long? lowDiskBytes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        DatabaseInspection.RequireCurrent(path);
        SqliteConnection? connection = null;
        try
        {
            var state = FileState(path);
            connection = Connections.OpenBesideAndBeginRead(path, out var isAlone);
            var snapshot = new DatabaseSnapshot(path, connection, isAlone ? state : null, lowDiskBytes, cancellation);
            raw.sqlite3_progress_handler(
                connection.Handle!, InstructionsBetweenLooks, static state => ((DatabaseSnapshot)state).GoesOn() ? 0 : 1, snapshot);
            snapshot.LastMessageId = connection.QuerySingle<long>(OpeningSql.LastMessageId);
            snapshot.Bytes = connection.QuerySingle<long>(OpeningSql.Bytes);
            return snapshot;
        }
        catch (SqliteException failure)
        {
            connection?.Dispose();
            throw DatabaseException.Because($"The database {path} cannot be read", failure);
        }
    }

    /// <summary>
    /// For work that is not SQLite's own, where SQLite failed, which may be this class' doing, and when all is read.
    /// </summary>
    /// <exception cref="DatabaseException">The disk is nearly full, or the file has changed although nobody had it open.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void ThrowIfEnded()
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_stateAlone is { } state && (state != FileState(_path) || StorageSpace.Length(_path + "-wal") > 0))
            throw new DatabaseException($"A server has begun to work on {_path} while it was read from a folder that cannot be written.");
        if (_isDiskLow || !GoesOn())
        {
            throw new DatabaseException(
                $"Ended because the disk of {_path} is nearly full: while the database is being read, its write-ahead log can only grow.");
        }
    }

    public void Dispose() => Connection.Dispose();

    private static (long Length, DateTime WrittenAt) FileState(string path) =>
        new FileInfo(path) is { Exists: true } file ? (file.Length, file.LastWriteTimeUtc) : default;

    private bool GoesOn()
    {
        // SQLite, which calls this, could not take an exception: where nobody knows, it goes on. Where nobody writes, reading takes no
        // room.
        _isDiskLow = StorageSpace.TryMeasure(_path) is { } space
            && space.FreeBytes < space.LowMark(_lowDiskBytes)
            && space.WalBytes > _walBytes;
        return !_isDiskLow && !_cancellation.IsCancellationRequested;
    }
}
