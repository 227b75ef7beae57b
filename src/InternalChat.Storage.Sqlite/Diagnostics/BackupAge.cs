using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Storage.Sqlite.Diagnostics;

/// <summary>
/// How old the last backup is. By the wall clock, but never less than the time for which this process has known it: a clock that was set
/// back makes no backup young again. Any thread.
/// </summary>
internal sealed class BackupAge(string databasePath, TimeProvider time)
{
    private readonly Lock _gate = new();
    private DateTimeOffset? _known;
    private long _knownSince;

    /// <returns>Null where there was never a backup.</returns>
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
