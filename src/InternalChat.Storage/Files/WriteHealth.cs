using InternalChat.Storage.Diagnostics;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Files;

/// <summary>
/// Whether batches can be stored, as far as is known: not after one that could not, until one can again. Where no messages come any
/// more, because whoever sends them has been told of the failure, the file is tried with a transaction of one row about once a second.
/// The writer's thread only, except <see cref="Failure"/>.
/// </summary>
internal sealed class WriteHealth(WriteTransaction transaction, string path, StorageMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// What the WAL may take before it is copied. With less, one row may fit into the WAL as it is and the next message not.
    /// </summary>
    private const long RoomForMessages = 4 << 20;

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    private volatile string? _failure;
    private long _triedAt;

    /// <summary>Why the last batch could not be stored; null where it was.</summary>
    public string? Failure => _failure;

    public void BatchFailed(string reason)
    {
        _failure = reason;
        _triedAt = time.GetTimestamp();
        metrics.Failed(StorageOperation.Batch);
        StorageLog.BatchFailed(logger, reason);
    }

    public void BatchStored()
    {
        if (_failure is not null)
            _failure = null;
    }

    /// <summary>Finds out, where batches have failed, whether they would be stored again. No transaction may be open.</summary>
    public void ProbeWhereDue()
    {
        if (_failure is null || time.GetElapsedTime(_triedAt) < ProbeInterval)
            return;
        _triedAt = time.GetTimestamp();
        if (StorageSpace.TryMeasure(path)?.FreeBytes is null or >= RoomForMessages && transaction.TryCountRefusal())
            _failure = null;
    }
}
