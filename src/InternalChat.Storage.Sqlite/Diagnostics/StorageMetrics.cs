using System.Diagnostics.Metrics;
using InternalChat.Storage.Diagnostics;

namespace InternalChat.Storage.Sqlite.Diagnostics;

/// <summary>What storage tries and may fail at.</summary>
internal enum StorageOperation
{
    /// <summary>Storing a batch; its senders were told.</summary>
    Batch,

    /// <summary>Heads and delivered marks that are written behind, retention, erasure; it is tried again.</summary>
    Upkeep,

    /// <summary>Copying the WAL into the database; it is tried again.</summary>
    Checkpoint,
}

/// <summary>
/// What storage measures, and the instruments that show it; docs/metrics.md says what each is for. Durations are recorded once a
/// transaction or a checkpoint. Called by the thread that did what is recorded.
/// </summary>
internal sealed class StorageMetrics
{
    private static readonly KeyValuePair<string, object?> ByWriter = new("thread", "writer");
    private static readonly KeyValuePair<string, object?> ByCheckpointer = new("thread", "checkpointer");

    private readonly Histogram<double>? _commitDuration;
    private readonly Histogram<double>? _syncDuration;
    private readonly Histogram<double>? _checkpointDuration;
    private readonly long[] _failures = new long[3];

    /// <param name="meter">Where the instruments appear; null for nowhere.</param>
    public StorageMetrics(Meter? meter = null)
    {
        if (meter is null)
            return;
        _commitDuration = meter.CreateHistogram<double>(
            "internalchat.storage.commit.duration", "s",
            "COMMIT of one transaction: its write into the WAL and the fsync.");
        _syncDuration = meter.CreateHistogram<double>(
            "internalchat.storage.sync.duration", "s", "The fsync of the WAL in one COMMIT.");
        _checkpointDuration = meter.CreateHistogram<double>(
            "internalchat.storage.checkpoint.duration", "s", "One checkpoint, by the thread that ran it.");
        meter.CreateObservableCounter("internalchat.storage.failures", Failures, "{failure}",
            "What the file did not take, by what was tried.");
    }

    /// <summary>A transaction was committed.</summary>
    /// <param name="duration">So long it took in all.</param>
    /// <param name="synced">So long of that the disk took to have it; zero where it was not asked to.</param>
    public void Committed(TimeSpan duration, TimeSpan synced)
    {
        _commitDuration.RecordWithoutFailures(duration.TotalSeconds);
        if (synced > TimeSpan.Zero)
            _syncDuration.RecordWithoutFailures(synced.TotalSeconds);
    }

    /// <summary>The writer has finished a checkpoint between two batches.</summary>
    public void CheckpointFinished(TimeSpan duration) =>
        _checkpointDuration.RecordWithoutFailures(duration.TotalSeconds, ByWriter);

    /// <summary>The checkpointer has copied most of the WAL beside the writer's work.</summary>
    public void CheckpointCopied(TimeSpan duration) =>
        _checkpointDuration.RecordWithoutFailures(duration.TotalSeconds, ByCheckpointer);

    /// <summary>The file did not take what was tried.</summary>
    public void Failed(StorageOperation operation) => Interlocked.Increment(ref _failures[(int)operation]);

    private IEnumerable<Measurement<long>> Failures()
    {
        yield return Failures(StorageOperation.Batch, "batch");
        yield return Failures(StorageOperation.Upkeep, "upkeep");
        yield return Failures(StorageOperation.Checkpoint, "checkpoint");
    }

    private Measurement<long> Failures(StorageOperation operation, string text) =>
        new(Volatile.Read(ref _failures[(int)operation]), new KeyValuePair<string, object?>("operation", text));
}
