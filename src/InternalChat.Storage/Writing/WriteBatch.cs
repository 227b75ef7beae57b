using InternalChat.Storage.Files;

namespace InternalChat.Storage.Writing;

/// <summary>
/// The writer's open batch: the transaction on the file and what it changes in memory, which end together, and what follows an end. The
/// writer's thread only.
/// </summary>
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

            CommitTransaction();
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            // The next batches go without a slice: where space is short, messages come before bookkeeping.
            if (_slice is not null)
                pace.SliceFailed();
            throw Failed(failure);
        }

        End(committed: true);
        health.BatchStored();
        pace.BatchCommitted();
        wal.Committed();
    }

    /// <summary>Writes one slice of upkeep in a transaction of its own. No batch is open.</summary>
    /// <exception cref="StorageException">It is rolled back.</exception>
    public void CommitSlice(IUpkeepTask task)
    {
        try
        {
            BeginUnlessOpen();
            _slice = task;
            task.WriteSlice(memory.LastMessageId);
            CommitTransaction();
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            Rollback();
            throw SqliteFailure.From(failure);
        }

        End(committed: true);
        pace.SliceCommitted();
        wal.Committed();
    }

    public void Rollback()
    {
        if (!IsOpen)
            return;
        transaction.Rollback();
        End(committed: false);
    }

    /// <summary>Rolls back because the file failed.</summary>
    /// <returns>What the caller throws.</returns>
    public StorageException Failed(Exception failure)
    {
        Rollback();
        health.BatchFailed(failure.Message);
        return SqliteFailure.From(failure);
    }

    private void CommitTransaction()
    {
        lineage.WriteIfDue();
        presence.Require();
        transaction.Commit();
        lineage.Committed();
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
