using InternalChat.Storage.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace InternalChat.Storage.Files;

/// <summary>
/// Keeps the WAL small: counts what the writer puts into it, has the <see cref="Checkpointer"/> copy it beside the writer's work, and
/// finishes with a short checkpoint on the writer's own connection, after which the next write begins the WAL from its start. The writer's
/// thread only, outside transactions.
/// </summary>
internal sealed class WalRecycler(
    SqliteConnection connection, Checkpointer checkpointer, StorageMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// 4 MiB: large enough that a page that is written often is copied once, small enough to stay in the processor's reach.
    /// </summary>
    private const int FramesToBegin = 1_024;

    /// <summary>When nobody calls between batches, the batch itself finishes at 16 MiB.</summary>
    private const int FramesToFinishInBatch = 4_096;

    /// <summary>From 32 MiB on the writer waits (2 s at most) for the readers that keep the WAL from being begun anew.</summary>
    private const int FramesToInsist = 8_192;

    /// <summary>A reader on an old page spoils a finish; so much more is written before the next try.</summary>
    private const int FramesBetweenTries = 64;

    private const int PageBytes = 4_096;

    private const int CacheWrites = 9; // SQLITE_DBSTATUS_CACHE_WRITE

    private int _frames;
    private int _nextTry;
    private int _pagesWritten = PagesWritten(connection);

    /// <summary>Bytes of pages in the WAL since it was last begun anew; any thread.</summary>
    public long PendingBytes => (long)Volatile.Read(ref _frames) * PageBytes;

    /// <summary>Counts what was just committed.</summary>
    public void Committed()
    {
        var pagesWritten = PagesWritten(connection);
        _frames += pagesWritten - _pagesWritten;
        _pagesWritten = pagesWritten;

        if (checkpointer.IsIdle && _frames >= Math.Max(FramesToBegin, _nextTry))
            checkpointer.Request();
        else if (_frames >= FramesToFinishInBatch)
            TryFinish();
    }

    /// <summary>Finishes where the checkpointer is done.</summary>
    public void TryFinish()
    {
        if (!checkpointer.IsDone || _frames < _nextTry)
            return;

        try
        {
            var mode = _frames >= FramesToInsist ? raw.SQLITE_CHECKPOINT_RESTART : raw.SQLITE_CHECKPOINT_PASSIVE;
            var started = time.GetTimestamp();
            var (frames, copied) = Checkpointer.Checkpoint(connection, mode);
            metrics.CheckpointFinished(time.GetElapsedTime(started));
            Finished(frames, copied, mode);
        }
        catch (StorageException failure)
        {
            metrics.Failed(StorageOperation.Checkpoint);
            StorageLog.CheckpointFailed(logger, failure.Message);
            _nextTry = _frames + FramesToBegin;
            checkpointer.Reset();
        }
    }

    private static int PagesWritten(SqliteConnection connection)
    {
        raw.sqlite3_db_status(connection.Handle!, CacheWrites, out var pages, out _, 0);
        return pages;
    }

    private void Finished(int frames, int copied, int mode)
    {
        if (copied < frames)
        {
            _frames = frames > 0 ? frames : _frames;
            _nextTry = _frames + FramesBetweenTries;
            return;
        }

        // A reader that is still on an old page lets the next write go on at the end instead of the start. That shows only at the next
        // checkpoint, as a WAL of more frames than were written since this one; then the readers are waited for.
        _frames = mode == raw.SQLITE_CHECKPOINT_PASSIVE && frames >= FramesToInsist ? frames : 0;
        _nextTry = 0;
        checkpointer.Reset();
    }
}
