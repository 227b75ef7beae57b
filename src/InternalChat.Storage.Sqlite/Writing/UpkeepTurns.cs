using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Upkeep;
using InternalChat.Storage.Sqlite.Wal;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Writing;

/// <summary>
/// What the writer does between batches: one slice of the tasks that have work, in turn, the recycling of the WAL, and a look at the files
/// and the disk. The writer's thread only.
/// </summary>
internal sealed class UpkeepTurns(
    WriteBatch batch, WriterMemory memory, WriteHealth health, WalRecycler wal, DatabasePresence presence, LowDiskWatch disk,
    UpkeepPace pace, StorageMetrics metrics, ILogger logger, params IUpkeepTask[] tasks)
{
    private int _last;
    private bool _isSavingWal;

    /// <summary>See <see cref="IStoreWriter.Maintain"/>.</summary>
    public bool Run()
    {
        if (batch.IsOpen)
            return true;

        presence.Look();
        if (presence.Absence is not null)
        {
            SaveWal();
            return false;
        }

        _isSavingWal = false;
        health.ProbeWhereDue();
        wal.TryFinish();
        disk.Look();
        if (pace.IsBackingOff || NextTask() is not { } task)
            return false;
        if (pace.IsTimeForSlice())
            TryWrite(task);
        return !pace.IsBackingOff && NextTask() is not null;
    }

    /// <summary>A WAL without its name is gone when the process is killed: what it holds comes into the database, once.</summary>
    private void SaveWal()
    {
        if (!presence.HasLostOnlyCompanions)
            return;
        if (!_isSavingWal)
            wal.BeginEmptying();
        _isSavingWal = true;
        wal.TryFinish();
    }

    private IUpkeepTask? NextTask()
    {
        try
        {
            for (var step = 1; step <= tasks.Length; step++)
            {
                var next = (_last + step) % tasks.Length;
                if (tasks[next].HasWork(memory.LastMessageId))
                {
                    _last = (next + tasks.Length - 1) % tasks.Length;
                    return tasks[next];
                }
            }
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            Failed(failure);
        }

        return null;
    }

    private void TryWrite(IUpkeepTask task)
    {
        try
        {
            batch.CommitSlice(task);
            _last = (_last + 1) % tasks.Length;
        }
        catch (StorageException failure)
        {
            Failed(failure);
        }
    }

    private void Failed(Exception failure)
    {
        pace.SliceFailed();
        metrics.Failed(StorageOperation.Upkeep);
        StorageLog.UpkeepFailed(logger, failure.Message);
    }
}
