using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Wal;

/// <summary>
/// Copies the WAL's pages into the database on a thread and a connection of its own, so that the writer need not. It can never catch
/// up with a busy writer: when little is left it becomes <see cref="IsDone"/>, and the writer finishes between two batches.
/// Everything but the copying is called by the writer's thread, which looks at the outcome only once that is done.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    /// <summary>A pass that copied more than so many frames (8 MiB) is followed by another for what came in meanwhile.</summary>
    private const int FramesOfShortPass = 2_048;

    /// <summary>Each pass has less to copy than the one before; on a disk where that is not so the writer finishes all the same.</summary>
    private const int MaximumPasses = 8;

    private readonly StorageMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly AutoResetEvent _requested = new(initialState: false);
    private readonly Thread _thread;
    private volatile Phase _phase;
    private volatile bool _stopping;
    private SqliteConnection? _connection;

    public Checkpointer(StorageMetrics metrics, TimeProvider time)
    {
        _metrics = metrics;
        _time = time;
        _thread = new Thread(Run) { Name = "storage checkpoint", IsBackground = true };
    }

    private enum Phase
    {
        Idle,
        Running,
        Done,
    }

    public bool IsIdle => _phase == Phase.Idle;

    /// <summary>Nearly all of the WAL is copied; the writer's own short checkpoint is worth its while.</summary>
    public bool IsDone => _phase == Phase.Done;

    /// <summary>After the last pass: how many frames of the WAL the database has.</summary>
    public int Copied { get; private set; }

    /// <summary>After the last pass: whether a reader of an older state kept it from copying all that there was.</summary>
    public bool IsHeldBack { get; private set; }

    /// <summary>Starts the thread. Until then requests wait.</summary>
    /// <param name="connection">Its own, which is closed with it.</param>
    public void Start(SqliteConnection connection)
    {
        _connection = connection;
        _thread.Start();
    }

    /// <summary>Starts a checkpoint. Only when <see cref="IsIdle"/>.</summary>
    public void Request()
    {
        _phase = Phase.Running;
        _requested.Set();
    }

    /// <summary>Back to idle. Does nothing while it runs.</summary>
    public void Reset()
    {
        if (_phase != Phase.Done)
            return;
        (Copied, IsHeldBack) = (0, false);
        _phase = Phase.Idle;
    }

    /// <summary>A checkpoint on the caller's connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="mode">SQLite's number of the kind.</param>
    /// <param name="busyMilliseconds">So long it waits for readers, where the kind waits at all.</param>
    /// <returns>How many frames the WAL has and how many of them are copied: all of them where the two are equal.</returns>
    /// <exception cref="StorageException">A page could not be copied.</exception>
    public static (int Frames, int Copied) Checkpoint(SqliteConnection connection, int mode, int busyMilliseconds)
    {
        var handle = connection.Handle!;
        _ = raw.sqlite3_busy_timeout(handle, busyMilliseconds);
        // No name means all databases of the connection, which is the one; a name would be copied into a new array at each call.
        var result = raw.sqlite3_wal_checkpoint_v2(handle, null, mode, out var frames, out var copied);
        _ = raw.sqlite3_busy_timeout(handle, Connections.BusyMilliseconds);
        // Busy: a reader still needs what is older, or a foreign process copies (no counts then). That is an answer, not a failure.
        return result switch
        {
            raw.SQLITE_OK => (frames, copied),
            raw.SQLITE_BUSY => (Math.Max(frames, 0), Math.Min(copied, frames - 1)),
            _ => throw SqliteFailure.Last(handle),
        };
    }

    public void Dispose()
    {
        _stopping = true;
        _requested.Set();
        if (_connection is not null)
            _thread.Join();
        _requested.Dispose();
        _connection?.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _requested.WaitOne();
            if (_stopping)
                return;
            var started = _time.GetTimestamp();
            CopyMost();
            _metrics.CheckpointCopied(_time.GetElapsedTime(started));
            _phase = Phase.Done;
        }
    }

    private void CopyMost()
    {
        try
        {
            var before = 0;
            for (var pass = 0; pass < MaximumPasses && !_stopping; pass++)
            {
                var (frames, copied) = Checkpoint(_connection!, raw.SQLITE_CHECKPOINT_PASSIVE, Connections.BusyMilliseconds);
                (Copied, IsHeldBack) = (copied, copied < frames);
                if (copied - before <= FramesOfShortPass)
                    return;
                before = copied;
            }
        }
        catch (StorageException)
        {
            // The writer's own attempt meets the same disk, and reports.
        }
    }
}
