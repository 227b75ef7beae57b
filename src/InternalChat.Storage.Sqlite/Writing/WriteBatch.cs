using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Upkeep;
using InternalChat.Storage.Sqlite.Wal;

namespace InternalChat.Storage.Sqlite.Writing;

/// <summary>
/// The writer's open batch: the transaction on the file and what it changes in memory, which end together, and what follows an end. The
/// writer's thread only.
/// </summary>
/// <remarks>
/// Between COMMIT and the end of the batch in memory nobody else's code runs: no log line, no metrics. If anything fails there all the
/// same, the two may differ, and no answer would be right: <see cref="BatchOutcomeUnknownException"/>.
/// </remarks>
internal sealed class WriteBatch(
    WriteTransaction transaction, WriterMemory memory, DatabasePresence presence, WriteHealth health, WalRecycler wal, WalLineage lineage,
    UpkeepPace pace)
{
    private IUpkeepTask? _slice;

    public bool IsOpen => transaction.IsOpen;

    public void BeginUnlessOpen() => transaction.BeginUnlessOpen();

    /// <summary>Runs what reads the file, and rolls the batch back where the file fails it.</summary>
    public TResult Read<TGiven, TResult>(TGiven given, Func<TGiven, TResult> body)
    {
        try
        {
            return body(given);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    /// <summary>The same for what changes the file, within the batch.</summary>
    public TResult Change<TGiven, TResult>(TGiven given, Func<TGiven, TResult> body)
    {
        try
        {
            BeginUnlessOpen();
            return body(given);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    /// <exception cref="BatchOutcomeUnknownException">Nobody knows.</exception>
    public void Commit()
    {
        if (!IsOpen)
            return;

        try
        {
            if (!pace.IsBackingOff && memory.WriteBehind.RowsDue(memory.LastMessageId) is > 0 and var rows)
            {
                _slice = memory.WriteBehind;
                memory.WriteBehind.WriteRows(rows, memory.LastAppended);
            }

            CommitInFileAndMemory();
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            // The next batches go without a slice: where space is short, messages come before bookkeeping.
            if (_slice is not null)
                pace.SliceFailed();
            throw Failed(failure);
        }

        health.BatchStored();
        pace.BatchCommitted();
        AfterCommit();
    }

    /// <summary>Writes one slice of upkeep in a transaction of its own. No batch is open.</summary>
    /// <exception cref="StorageException">It is rolled back.</exception>
    /// <exception cref="BatchOutcomeUnknownException">Nobody knows whether it is stored.</exception>
    public void CommitSlice(IUpkeepTask task)
    {
        try
        {
            BeginUnlessOpen();
            _slice = task;
            task.WriteSlice(memory.LastMessageId);
            CommitInFileAndMemory();
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            Rollback();
            throw SqliteFailure.From(failure);
        }

        pace.SliceCommitted();
        AfterCommit();
    }

    /// <exception cref="BatchOutcomeUnknownException">Memory may still show it.</exception>
    public void Rollback()
    {
        if (!IsOpen)
            return;
        try
        {
            transaction.Rollback();
            End(committed: false);
        }
        catch (Exception failure)
        {
            throw new BatchOutcomeUnknownException("A batch could not be rolled back.", failure);
        }
    }

    /// <summary>Rolls back because the file failed.</summary>
    /// <returns>What the caller throws.</returns>
    public StorageException Failed(Exception failure)
    {
        Rollback();
        health.BatchFailed(failure.Message);
        return SqliteFailure.From(failure);
    }

    /// <exception cref="StorageException">The file refused the batch, which is still open.</exception>
    /// <exception cref="BatchOutcomeUnknownException">Anything else went wrong.</exception>
    private void CommitInFileAndMemory()
    {
        lineage.WriteIfDue();
        presence.Require();
        try
        {
            transaction.Commit();
            lineage.Committed();
            End(committed: true);
        }
        catch (Exception failure) when (!transaction.IsOpen || !SqliteFailure.Is(failure))
        {
            throw new BatchOutcomeUnknownException("A batch may be stored, and memory may not show it.", failure);
        }
    }

    private void AfterCommit()
    {
        transaction.ReportCommit();
        try
        {
            wal.Committed();
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            // To the caller this type says that the batch was not stored.
            throw new InvalidOperationException("The write-ahead log could not be recycled.", failure);
        }
    }

    private void End(bool committed)
    {
        var slice = _slice;
        _slice = null;
        if (committed)
        {
            slice?.SliceCommitted();
            memory.Commit();
        }
        else
        {
            slice?.SliceRolledBack();
            memory.Rollback();
        }
    }
}
