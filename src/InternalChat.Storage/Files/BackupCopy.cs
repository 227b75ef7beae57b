using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Files;

/// <summary>
/// Copies a database page by page, with SQLite's backup interface, into an empty file that needs no other file beside it. The source is in a
/// read transaction, so that what others write meanwhile does not make SQLite start over.
/// </summary>
internal static class BackupCopy
{
    /// <summary>1 MiB: a few milliseconds of copying between two looks at who wants the processor and the disk.</summary>
    private const int PagesInStep = 256;

    /// <summary>
    /// 16 MiB: what is written is put onto the disk bit by bit. All of it at once, at the end, would be in the way of every commit of a server
    /// on the same disk.
    /// </summary>
    private const int StepsBetweenSyncs = 16;

    /// <param name="source">In a read transaction.</param>
    /// <param name="target">An empty file.</param>
    /// <param name="afterStep">Called after each step, on this thread; ends the copying by throwing.</param>
    /// <exception cref="SqliteException">A page could not be read or written.</exception>
    /// <exception cref="StorageException">The same.</exception>
    /// <exception cref="IOException">The target could not be written.</exception>
    public static void Run(SqliteConnection source, string target, Action afterStep)
    {
        using var file = File.OpenHandle(target, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using (var destination = Connections.OpenUnprotected(target))
            CopyPages(source, destination, file, afterStep);

        // The copied header says that there is a WAL, which for a file that is only kept is a nuisance.
        using var copy = Connections.OpenReadWrite(target);
        Connections.LeaveWal(copy);
    }

    private static void CopyPages(
        SqliteConnection source, SqliteConnection destination, Microsoft.Win32.SafeHandles.SafeFileHandle file, Action afterStep)
    {
        using var backup = raw.sqlite3_backup_init(destination.Handle!, "main", source.Handle!, "main");
        if (backup.IsInvalid)
            throw SqliteFailure.Last(destination.Handle!);
        for (var step = 1; ; step++)
        {
            var result = raw.sqlite3_backup_step(backup, PagesInStep);
            if (result == raw.SQLITE_DONE)
                return;
            if (result != raw.SQLITE_OK)
                throw SqliteFailure.Of(result);
            if (step % StepsBetweenSyncs == 0)
                RandomAccess.FlushToDisk(file);
            afterStep();
        }
    }
}
