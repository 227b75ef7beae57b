using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Wal;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Writing;

/// <summary>
/// Whether batches can be stored, as far as is known: not after one that could not, until one can again. Where no messages come any
/// more, because whoever sends them has been told of the failure, the file is tried with a transaction of one row about once a second.
/// The writer's thread only, except <see cref="Failure"/>.
/// </summary>
internal sealed class WriteHealth(
    WriteTransaction transaction, DatabasePresence presence, string path, StorageMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// What the WAL may take before it is copied. With less, one row may fit into the WAL as it is and the next message not.
    /// </summary>
    private const long RoomForMessages = 4 << 20;

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    private volatile string? _failure;
    private long _triedAt;

    /// <summary>Why the last batch could not be stored, or the next one cannot; null when all is well.</summary>
    public string? Failure => presence.Absence ?? _failure;

    public void BatchFailed(string reason)
    {
        _triedAt = time.GetTimestamp();
        metrics.Failed(StorageOperation.Batch);
        // Whoever sends on while nothing can be stored must not fill the log, and lost files are reported by who finds them.
        if (reason != _failure && presence.Absence is null)
            StorageLog.BatchFailed(logger, reason);
        _failure = reason;
    }

    public void BatchStored()
    {
        if (_failure is not null)
            _failure = null;
    }

    /// <summary>Finds out, where batches have failed, whether they would be stored again. No transaction may be open.</summary>
    public void ProbeWhereDue()
    {
        if (_failure is null || presence.Absence is not null || time.GetElapsedTime(_triedAt) < ProbeInterval)
            return;
        _triedAt = time.GetTimestamp();
        if (StorageSpace.TryMeasure(path)?.FreeBytes is null or >= RoomForMessages && transaction.TryCountRefusal())
            _failure = null;
    }
}
