using InternalChat.Storage.Sqlite.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Wal;

/// <summary>
/// Keeps the WAL small: counts what the writer puts into it, has the <see cref="Checkpointer"/> copy it beside the writer's work, and
/// finishes with a short checkpoint on the writer's own connection, after which the next write begins the WAL from its start. The writer's
/// thread only, outside transactions.
/// </summary>
/// <remarks>
/// A reader that stays, such as a backup or an operator's shell, keeps the WAL from being begun anew, and it grows as long as that reader
/// lives. The writer never waits for it more than <see cref="BriefMilliseconds"/>, and what has grown is copied by the checkpointer once
/// the reader is gone.
/// </remarks>
internal sealed class WalRecycler(
    SqliteConnection connection, Checkpointer checkpointer, ReaderGate readers, WalLineage lineage, StorageMetrics metrics,
    TimeProvider time, ILogger logger)
{
    /// <summary>
    /// 4 MiB: large enough that a page that is written often is copied once, small enough to stay in the processor's reach.
    /// </summary>
    private const int FramesToBegin = 1_024;

    /// <summary>When nobody calls between batches, the batch itself finishes at 16 MiB.</summary>
    private const int FramesToFinishInBatch = 4_096;

    /// <summary>From 32 MiB on the writer makes this process' readers pause, so that none keeps the WAL from being begun anew.</summary>
    private const int FramesToInsist = 8_192;

    /// <summary>A reader on an old page spoils a finish; so much more is written before the next try.</summary>
    private const int FramesBetweenTries = 64;

    /// <summary>For readers that do not pause: those of other processes, and single statements.</summary>
    private const int BriefMilliseconds = 5;

    private const int PageBytes = 4_096;

    private const int CacheWrites = 9; // SQLITE_DBSTATUS_CACHE_WRITE

    private static readonly TimeSpan EmptyingRetryDelay = TimeSpan.FromMilliseconds(100);

    private int _frames;
    private int _copied;
    private bool _isHeldBack;
    private int _nextTry;
    private int _pagesWritten = PagesWritten(connection);
    private long? _emptyingFailedAt;

    /// <summary>Whether the WAL is to be emptied and is not yet.</summary>
    public bool IsEmptying { get; private set; }

    /// <summary>What a reader held back is not to fall on the writer all at once when that reader goes at last.</summary>
    private bool IsTooMuchForWriter =>
        (_isHeldBack || checkpointer.IsHeldBack) && _frames - Math.Max(_copied, checkpointer.Copied) > FramesToBegin;

    /// <summary>
    /// Sees to it that nothing of what is in the WAL now is left in its file: copies it into the database and cuts the file to nothing, as
    /// soon as no reader needs it.
    /// </summary>
    public void BeginEmptying() => IsEmptying = true;

    /// <summary>Bytes of pages in the WAL since it was last begun anew; any thread.</summary>
    public long PendingBytes => (long)Volatile.Read(ref _frames) * PageBytes;

    /// <summary>Counts what was just committed.</summary>
    public void Committed()
    {
        var pagesWritten = PagesWritten(connection);
        _frames += PagesBetween(_pagesWritten, pagesWritten);
        _pagesWritten = pagesWritten;

        if (checkpointer.IsIdle && _frames >= Math.Max(FramesToBegin, _nextTry))
            checkpointer.Request();
        else if (_frames >= FramesToFinishInBatch)
            TryFinish();
    }

    /// <summary>Finishes where the checkpointer is done, or empties the WAL where that is asked for.</summary>
    public void TryFinish()
    {
        if (IsEmptying)
            TryEmpty();
        else if (checkpointer.IsDone && _frames >= _nextTry)
            Finish();
    }

    /// <summary>
    /// How many pages were written between two looks at SQLite's counter, which begins anew at 2³¹: after some days under load.
    /// </summary>
    internal static int PagesBetween(int before, int now) => (now - before) & int.MaxValue;

    private static int PagesWritten(SqliteConnection connection)
    {
        raw.sqlite3_db_status(connection.Handle!, CacheWrites, out var pages, out _, 0);
        return pages;
    }

    private void Finish()
    {
        if (IsTooMuchForWriter)
        {
            HandBack();
            return;
        }

        try
        {
            var isInsisting = _frames >= FramesToInsist;
            var (frames, copied) = isInsisting
                ? CheckpointWithoutReaders(raw.SQLITE_CHECKPOINT_RESTART)
                : Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
            Finished(frames, copied, isInsisting);
        }
        catch (StorageException failure)
        {
            Failed(failure);
            HandBack();
        }
    }

    private void Finished(int frames, int copied, bool isInsisting)
    {
        if (copied < frames)
        {
            // No counts at all where a foreign process copies.
            if (frames > 0)
                (_frames, _copied) = (frames, copied);
            _isHeldBack = true;
            _nextTry = _frames + (isInsisting ? _frames / 4 : FramesBetweenTries);
            return;
        }

        // A reader that is still on an old page lets the next write go on at the end instead of the start. That shows only at the next
        // checkpoint, as a WAL of more frames than were written since this one; then the readers are waited for.
        BeginAnew(!isInsisting && frames >= FramesToInsist ? frames : 0);
    }

    private void TryEmpty()
    {
        if (_emptyingFailedAt is { } failedAt && time.GetElapsedTime(failedAt) < EmptyingRetryDelay)
            return;
        if (checkpointer.IsIdle && _frames - _copied > FramesToBegin)
            checkpointer.Request();
        if (!checkpointer.IsIdle && !checkpointer.IsDone)
            return;

        if (!IsTooMuchForWriter && TryTruncate())
        {
            IsEmptying = false;
            _emptyingFailedAt = null;
            BeginAnew(frames: 0);
            return;
        }

        _emptyingFailedAt = time.GetTimestamp();
        HandBack();
    }

    private bool TryTruncate()
    {
        try
        {
            var (frames, copied) = CheckpointWithoutReaders(raw.SQLITE_CHECKPOINT_TRUNCATE);
            return copied == frames;
        }
        catch (StorageException failure)
        {
            Failed(failure);
            return false;
        }
    }

    private (int Frames, int Copied) CheckpointWithoutReaders(int mode)
    {
        var isClosed = readers.TryClose();
        try
        {
            return Checkpoint(mode);
        }
        finally
        {
            if (isClosed)
                readers.Open();
        }
    }

    private (int Frames, int Copied) Checkpoint(int mode)
    {
        var started = time.GetTimestamp();
        var counts = Checkpointer.Checkpoint(connection, mode, BriefMilliseconds);
        metrics.CheckpointFinished(time.GetElapsedTime(started));
        return counts;
    }

    private void Failed(StorageException failure)
    {
        metrics.Failed(StorageOperation.Checkpoint);
        StorageLog.CheckpointFailed(logger, failure.Message);
    }

    /// <summary>The checkpointer is to copy on, once there is more.</summary>
    private void HandBack()
    {
        _copied = Math.Max(_copied, checkpointer.Copied);
        _isHeldBack = false;
        _nextTry = _frames + FramesToBegin;
        checkpointer.Reset();
    }

    private void BeginAnew(int frames)
    {
        _frames = frames;
        _copied = frames;
        _isHeldBack = false;
        _nextTry = 0;
        checkpointer.Reset();
        lineage.LogIsCopied();
    }
}
