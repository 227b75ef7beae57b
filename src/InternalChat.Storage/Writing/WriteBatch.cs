using InternalChat.Storage.Diagnostics;
using InternalChat.Storage.Files;
using InternalChat.Storage.Heads;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Writing;

/// <summary>
/// The writer's open batch: the transaction on the file, and everything in memory that must hold what the file holds. Whatever is changed
/// there is kept apart until the file has it: heads, recent messages and block lists each know how to commit and how to roll back, and
/// <see cref="End"/> is the one place that calls them. The writer's thread only.
/// </summary>
internal sealed class WriteBatch : IDisposable
{
    private readonly WriteTransaction _transaction;
    private readonly WriteHealth _health;
    private readonly HeadCache _heads;
    private readonly WriteBehind _writeBehind;
    private readonly RecentMessages _recent;
    private readonly BlockLists _blocks;
    private readonly WalRecycler _wal;
    private readonly UpkeepPace _pace;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;
    private IUpkeepTask? _slice;

    public WriteBatch(WriteTransaction transaction, WriteHealth health, HeadCache heads, WriteBehind writeBehind, RecentMessages recent,
        BlockLists blocks, WalRecycler wal, UpkeepPace pace, StorageMetrics metrics, ILogger logger, long lastMessageId)
    {
        _transaction = transaction;
        _health = health;
        _heads = heads;
        _writeBehind = writeBehind;
        _recent = recent;
        _blocks = blocks;
        _wal = wal;
        _pace = pace;
        _metrics = metrics;
        _logger = logger;
        LastMessageId = LastAppended = lastMessageId;
    }

    /// <summary>The last committed message.</summary>
    public long LastMessageId { get; private set; }

    /// <summary>The last message of the open batch; the last committed one where it has none.</summary>
    public long LastAppended { get; set; }

    public bool IsOpen => _transaction.IsOpen;

    public void BeginUnlessOpen() => _transaction.BeginUnlessOpen();

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
            if (!_pace.IsBackingOff && _writeBehind.RowsDue(LastMessageId) is > 0 and var rows)
            {
                _slice = _writeBehind;
                _writeBehind.WriteRows(rows, LastAppended);
            }

            _transaction.Commit();
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            // The next batches go without a slice: where space is short, messages come before bookkeeping.
            if (_slice is not null)
                _pace.SliceFailed();
            throw Failed(failure);
        }

        End(committed: true);
        _health.BatchStored();
        _pace.BatchCommitted();
        _wal.Committed();
    }

    /// <summary>Writes one slice of upkeep in a transaction of its own. No batch is open.</summary>
    /// <exception cref="StorageException">It is rolled back.</exception>
    public void CommitSlice(IUpkeepTask task)
    {
        try
        {
            BeginUnlessOpen();
            _slice = task;
            task.WriteSlice(LastMessageId);
            _transaction.Commit();
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            Rollback();
            throw SqliteFailure.From(failure);
        }

        End(committed: true);
        _pace.SliceCommitted();
        _wal.Committed();
    }

    public void Rollback()
    {
        if (!IsOpen)
            return;
        _transaction.Rollback();
        End(committed: false);
    }

    /// <summary>Rolls back because the file failed.</summary>
    /// <returns>What the caller throws.</returns>
    public StorageException Failed(Exception failure)
    {
        Rollback();
        _health.BatchFailed(failure.Message);
        _metrics.Failed(StorageOperation.Batch);
        StorageLog.BatchFailed(_logger, failure.Message);
        return SqliteFailure.From(failure);
    }

    public void Dispose() => _transaction.Dispose();

    private void End(bool committed)
    {
        var slice = _slice;
        _slice = null;
        if (committed)
        {
            slice?.SliceCommitted();
            _writeBehind.HeadsCommitted(rows: LastAppended - LastMessageId);
            _recent.Commit();
            _blocks.Commit();
            LastMessageId = LastAppended;
        }
        else
        {
            slice?.SliceRolledBack();
            _heads.Rollback();
            _recent.Rollback(LastMessageId, LastAppended);
            _blocks.Rollback();
            LastAppended = LastMessageId;
        }
    }
}
