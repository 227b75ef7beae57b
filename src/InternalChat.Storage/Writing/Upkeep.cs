using InternalChat.Storage.Diagnostics;
using InternalChat.Storage.Files;
using InternalChat.Storage.Maintenance;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Writing;

/// <summary>
/// What the writer does between batches: one slice of the tasks that have work, in turn, the recycling of the WAL, and a look at the disk.
/// The writer's thread only.
/// </summary>
internal sealed class Upkeep(
    WriteBatch batch, WriterMemory memory, WriteHealth health, WalRecycler wal, LowDiskWatch disk, UpkeepPace pace, StorageMetrics metrics,
    ILogger logger, params IUpkeepTask[] tasks)
{
    private int _last;

    /// <summary>See <see cref="IMessageLog.Maintain"/>.</summary>
    public bool Run()
    {
        if (batch.IsOpen)
            return true;

        health.ProbeWhereDue();
        wal.TryFinish();
        disk.Look();
        if (pace.IsBackingOff || NextTask() is not { } task)
            return false;
        if (pace.IsTimeForSlice())
            TryWrite(task);
        return !pace.IsBackingOff && NextTask() is not null;
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
