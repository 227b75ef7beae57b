using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Vfs;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Wal;

/// <summary>The writer's transaction on the file. It knows nothing of what is kept in memory beside it.</summary>
/// <remarks>
/// A commit whose sync fails has been written all the same: SQLite forgets it, but the WAL on the file holds it whole, and a start
/// after a crash would take it for committed although its senders were refused. So what is refused is written over at once, by a
/// count of refusals that takes its place in the WAL. Against a loss of power that helps only where the disk syncs again before.
/// </remarks>
internal sealed class WriteTransaction : IDisposable
{
    private readonly PreparedStatement _begin;
    private readonly PreparedStatement _commit;
    private readonly PreparedStatement _rollback;
    private readonly PreparedStatement _countRefusal;
    private readonly SqliteConnection _connection;
    private readonly StorageMetrics _metrics;
    private readonly TimeProvider _time;
    private bool _refusedIsInWal;
    private TimeSpan _commitDuration;
    private TimeSpan _syncDuration;

    public WriteTransaction(SqliteConnection connection, StorageMetrics metrics, TimeProvider time)
    {
        _begin = new PreparedStatement(connection, TransactionSql.Begin);
        _commit = new PreparedStatement(connection, TransactionSql.Commit);
        _rollback = new PreparedStatement(connection, TransactionSql.Rollback);
        _countRefusal = new PreparedStatement(connection, WalSql.CountRefusal);
        _connection = connection;
        _metrics = metrics;
        _time = time;
    }

    public bool IsOpen { get; private set; }

    public void BeginUnlessOpen()
    {
        if (IsOpen)
            return;
        _begin.Execute();
        IsOpen = true;
    }

    /// <exception cref="StorageException">
    /// Not committed, and <see cref="IsOpen"/> is still true; <see cref="Rollback"/> must follow.
    /// </exception>
    public void Commit()
    {
        _refusedIsInWal = true;
        var (started, synced) = (_time.GetTimestamp(), WalFile.SyncTime(_connection));
        _commit.Execute();
        // Before anything else: from here on the file has the batch, whatever else fails.
        _refusedIsInWal = false;
        IsOpen = false;
        (_commitDuration, _syncDuration) = (_time.GetElapsedTime(started), WalFile.SyncTime(_connection) - synced);
    }

    /// <summary>Tells those who measure of the last <see cref="Commit"/>.</summary>
    public void ReportCommit() => _metrics.Committed(_commitDuration, _syncDuration);

    public void Rollback()
    {
        RollbackOnly();
        if (!_refusedIsInWal)
            return;
        _refusedIsInWal = false;
        // Its own sync fails like the one before, which does not matter: it is written.
        _ = TryCountRefusal();
    }

    /// <summary>Commits a transaction of one row that means nothing. None may be open.</summary>
    /// <returns>Whether the file took it.</returns>
    public bool TryCountRefusal()
    {
        try
        {
            _begin.Execute();
            _countRefusal.Execute();
            _commit.Execute();
            return true;
        }
        catch (StorageException)
        {
            RollbackOnly();
            return false;
        }
    }

    private void RollbackOnly()
    {
        try
        {
            _rollback.Execute();
        }
        catch (StorageException)
        {
            // SQLite has already rolled back by itself, as it does where the disk is full.
        }

        IsOpen = false;
    }

    public void Dispose()
    {
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
        _countRefusal.Dispose();
    }
}
