using System.Diagnostics.Metrics;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>
/// How old the last backup is. By the wall clock, but never less than the time for which this process has known it: a clock that was set
/// back makes no backup young again. Any thread.
/// </summary>
internal sealed class BackupAge(string databasePath, TimeProvider time)
{
    private static readonly Measurement<double>[] NoBackup = [];

    private readonly Lock _gate = new();
    private DateTimeOffset? _known;
    private long _knownSince;

    /// <summary>Adds the instrument that tells it; it answers as long as the meter lives.</summary>
    public static void AddTo(Meter meter, string databasePath, TimeProvider time)
    {
        var backup = new BackupAge(databasePath, time);
        meter.CreateObservableGauge(
            "internalchat.backup.age", () => backup.Look() is { } age ? [new Measurement<double>(age.TotalSeconds)] : NoBackup, "s",
            "Time since the last backup of the database that was whole; missing where there was none.");
    }

    /// <returns>Null if there was never a backup.</returns>
    public TimeSpan? Look()
    {
        lock (_gate)
        {
            if (LastBackup.Read(databasePath) is not { } last)
                return null;
            if (last != _known)
                (_known, _knownSince) = (last, time.GetTimestamp());
            var (byClock, known) = (time.GetUtcNow() - last, time.GetElapsedTime(_knownSince));
            return byClock > known ? byClock : known;
        }
    }
}
