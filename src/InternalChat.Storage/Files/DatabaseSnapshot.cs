using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Files;

/// <summary>
/// A database as it is at one moment, read for as long as it takes, also beside a server that runs, in this process or another one: its writer
/// does not wait. Meanwhile the WAL cannot be begun anew and grows with what is written; before that fills the disk, reading ends with an
/// error. One thread at a time.
/// </summary>
internal sealed class DatabaseSnapshot : IDisposable
{
    /// <summary>The disk is looked at after so many of SQLite's instructions: some hundred times a second.</summary>
    private const int InstructionsBetweenLooks = 500_000;

    private readonly string _path;
    private bool _isDiskLow;

    private DatabaseSnapshot(string path, SqliteConnection connection)
    {
        _path = path;
        Connection = connection;
    }

    /// <summary>In a read transaction.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>The newest message of this moment.</summary>
    public long LastMessageId { get; private set; }

    /// <exception cref="DatabaseException">There is no database of this version.</exception>
    public static DatabaseSnapshot Take(string path)
    {
        DatabaseFile.RequireCurrent(path);
        var connection = Connections.OpenBeside(path);
        try
        {
            var snapshot = new DatabaseSnapshot(path, connection);
            raw.sqlite3_progress_handler(
                connection.Handle!, InstructionsBetweenLooks, static state => ((DatabaseSnapshot)state).LookAtDisk() ? 0 : 1, snapshot);
            connection.Execute(Sql.BeginRead);
            // Only the first read fixes the moment.
            snapshot.LastMessageId = connection.QuerySingle<long>(Sql.LastMessageId);
            return snapshot;
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            throw DatabaseException.Because($"The database {path} cannot be read", failure);
        }
    }

    /// <summary>For work that is not SQLite's own, and where SQLite failed, which may be this class' doing.</summary>
    /// <exception cref="DatabaseException">The disk is nearly full.</exception>
    public void ThrowIfDiskIsLow()
    {
        if (_isDiskLow || !LookAtDisk())
        {
            throw new DatabaseException(
                $"Ended because the disk of {_path} is nearly full: while the database is being read, its write-ahead log can only grow.");
        }
    }

    public void Dispose() => Connection.Dispose();

    /// <returns>Whether to go on.</returns>
    private bool LookAtDisk()
    {
        try
        {
            _isDiskLow = StorageSpace.Measure(_path).IsLow;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Nobody knows, and SQLite, which calls this, could not take an exception.
            _isDiskLow = false;
        }

        return !_isDiskLow;
    }
}
