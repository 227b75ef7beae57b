using System.Diagnostics;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>
/// Copies a database page by page, with SQLite's backup interface, into an empty file that needs no other file beside it. The source is in
/// a read transaction, so that what others write meanwhile does not make SQLite start over.
/// </summary>
internal static class BackupCopy
{
    /// <summary>
    /// 1 MiB, which is put onto the disk before the next: a commit of a server on the same disk waits for what lies there unwritten, on
    /// ext4 also for that of other files.
    /// </summary>
    private const int PagesInStep = 256;

    /// <summary>A disk that takes longer for a step has more to do for others anyway.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <param name="source">In a read transaction.</param>
    /// <param name="target">An empty file.</param>
    /// <param name="afterStep">Called after each step, on this thread; ends the copying by throwing.</param>
    /// <param name="leavesDiskToOthers">Whether to pause after each step for as long as the disk took for it.</param>
    /// <exception cref="SqliteException">A page could not be read or written.</exception>
    /// <exception cref="StorageException">The same.</exception>
    /// <exception cref="IOException">The target could not be written.</exception>
    public static void Run(SqliteConnection source, string target, Action afterStep, bool leavesDiskToOthers = false)
    {
        using var file = File.OpenHandle(target, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using (var destination = Connections.OpenUnprotected(target))
        {
            CopyPages(source, destination, () =>
            {
                var began = Stopwatch.GetTimestamp();
                RandomAccess.FlushToDisk(file);
                if (leavesDiskToOthers)
                    Pause(Stopwatch.GetElapsedTime(began));
                afterStep();
            });
        }

        // The copied header says that there is a WAL, which for a file that is only kept is a nuisance.
        using var copy = Connections.OpenReadWrite(target);
        Connections.LeaveWal(copy);
    }

    private static void Pause(TimeSpan flushed) => Thread.Sleep(flushed < LongestPause ? flushed : LongestPause);

    private static void CopyPages(SqliteConnection source, SqliteConnection destination, Action afterStep)
    {
        using var backup = raw.sqlite3_backup_init(destination.Handle!, "main", source.Handle!, "main");
        if (backup.IsInvalid)
            throw SqliteFailure.Last(destination.Handle!);
        while (true)
        {
            var result = raw.sqlite3_backup_step(backup, PagesInStep);
            if (result == raw.SQLITE_DONE)
                return;
            if (result != raw.SQLITE_OK)
                throw SqliteFailure.Of(result);
            afterStep();
        }
    }
}
