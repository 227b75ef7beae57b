using System.Diagnostics.Metrics;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Removal;
using InternalChat.Storage.Sqlite.Wal;

namespace InternalChat.Storage.Sqlite.Writing;

/// <summary>The state of the log and of its files at the moment somebody asks.</summary>
internal static class FileGauges
{
    /// <summary>Adds the instruments; they answer as long as the meter lives.</summary>
    public static void AddTo(
        Meter meter, string path, WriterMemory memory, WalRecycler wal, LowDiskWatch disk, Retention retention)
    {
        long? lowMark = null;
        meter.CreateObservableUpDownCounter(
            "internalchat.storage.database.size", () => StorageSpace.Length(path), "By", "Size of the database file.");
        meter.CreateObservableUpDownCounter(
            "internalchat.storage.wal.size", () => StorageSpace.Length(path + "-wal"), "By",
            "Size of the write-ahead log's file, which is reused from its start.");
        meter.CreateObservableUpDownCounter(
            "internalchat.storage.checkpoint.lag", () => wal.PendingBytes, "By", "Written to the WAL since it was last begun anew.");
        meter.CreateObservableGauge(
            "internalchat.storage.disk.free", MeasureDisk, "By", "Space left for this user where the database lies.");
        meter.CreateObservableGauge(
            // Asked after the one before, and of the same look at the disk.
            "internalchat.storage.disk.low_mark", () => Known(lowMark), "By", "Space below which the disk counts as nearly full.");
        meter.CreateObservableGauge(
            "internalchat.storage.log.position", () => memory.LastMessageId, "{message}", "Id of the last message stored.");
        meter.CreateObservableUpDownCounter(
            "internalchat.storage.replay.lag", () => memory.LastMessageId - memory.WriteBehind.HeadsThrough, "{message}",
            "Messages that a start after a crash would have to replay.");
        meter.CreateObservableGauge(
            "internalchat.storage.retention.waiting", () => retention.Status.Waiting?.Messages ?? 0, "{message}",
            "Messages that retention would remove, and does not before an operator confirms it or a day has passed.");

        Measurement<long>[] MeasureDisk()
        {
            var space = StorageSpace.TryMeasure(path);
            lowMark = space is { } measured ? disk.MarkOf(measured) : null;
            return Known(space?.FreeBytes);
        }
    }

    private static Measurement<long>[] Known(long? value) => value is { } known ? [new Measurement<long>(known)] : [];
}
