using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Opening;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>Puts a backup in the place of a database that no server has open. What was there stays beside it.</summary>
public static class DatabaseRestore
{
    private const string KeptInfix = ".before-restore-";

    /// <summary>Restores.</summary>
    /// <param name="databasePath">The database, which may be missing.</param>
    /// <param name="backupPath">A backup, which stays; also one that was made before an upgrade.</param>
    /// <param name="report">Takes a line for each of the first hundred findings where the backup is not whole.</param>
    /// <param name="time">The clock, for the name of what is kept; the system's where not given.</param>
    /// <param name="cancellation">Ends it before anything was changed.</param>
    /// <exception cref="DatabaseException">
    /// Not restored, the database is as it was: a server has it, or the backup is not whole or not ours.
    /// </exception>
    /// <exception cref="IOException">Root cannot tell whose the backup is, or may not take an owner's rights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static RestoreResult Run(
        string databasePath, string backupPath, Action<string> report, TimeProvider? time = null, CancellationToken cancellation = default)
    {
        if (string.IsNullOrWhiteSpace(backupPath))
            throw new DatabaseException("The path of the backup is empty.");
        var (ofBackup, ofDatabase) = (OwnersRights.Of(backupPath), OwnersRights.OfDatabase(databasePath));
        var backup = DatabasePath.Locate(ofBackup);
        using var rights = ofDatabase.Take();
        var path = DatabasePath.Prepare(ofDatabase.Path);
        if (backup == path)
            throw new DatabaseException($"{path} is the database itself.");
        if (backup == PartialFile.PathFor(path))
            throw new DatabaseException($"{backup} is where the restored file is written: give the backup another name.");
        using var fileLock = DatabaseLock.Take(path);
        try
        {
            if (!FileClaim.TryTakeIfPresent(path, out var claim))
                throw new DatabaseException($"The database {path} is in use by a server that opened it by another name.");
            using var claimed = claim;
            using var file = new PartialFile(path);
            Copy(backup, ofBackup, file.Path, ofDatabase, cancellation);
            Check(file.Path, backup, report, cancellation);
            return new RestoreResult(path, Replace(path, file, time ?? TimeProvider.System));
        }
        catch (Exception failure) when (SqliteFailure.Is(failure) || failure is IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.Because($"{backup} could not be restored", failure);
        }
    }

    /// <summary>
    /// Takes back the name that a restore gave the old file before it was killed, and the new one did not come: a database of two names is
    /// not opened. The lock is held.
    /// </summary>
    internal static void ForgetInterrupted(string path)
    {
        if (FileStatus.Of(path, out _) is not { Links: > 1 } status)
            return;
        try
        {
            foreach (var kept in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + KeptInfix + "*"))
            {
                if (FileStatus.Of(kept, out _)?.Identity == status.Identity)
                    File.Delete(kept);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Whoever opens the database is told that it has two names.
        }
    }

    private static void Copy(
        string backup, OwnersRights ofBackup, string target, OwnersRights ofDatabase, CancellationToken cancellation)
    {
        using var rights = ofBackup.Take();
        DatabaseInspection.RequireUsable(backup);
        using var source = Connections.OpenBesideAndBeginRead(backup, out _);
        using var rightsToTarget = ofDatabase.Take();
        BackupCopy.Run(source, target, cancellation.ThrowIfCancellationRequested);
    }

    private static void Check(string copy, string backup, Action<string> report, CancellationToken cancellation)
    {
        var findings = DatabaseCheck.RunOnAnyVersion(copy, report, cancellation);
        if (findings > 0)
            throw new DatabaseException($"{backup} is damaged ({findings} findings), so nothing was changed.");
    }

    /// <summary>
    /// Puts the new file in the place of the old one, and what a killed server left beside that and could not be brought into it out of its
    /// way, under the name that goes with the old. Also where the old file itself is missing: SQLite would take its WAL for the new one's.
    /// </summary>
    /// <returns>Where the old file is; null where there was none.</returns>
    private static string? Replace(string path, PartialFile file, TimeProvider time)
    {
        var isThere = File.Exists(path);
        if (isThere)
            BringIn(path);
        var kept = StampedName.Free(path + KeptInfix, "", time);
        var setAside = new List<string>();
        try
        {
            foreach (var companion in DatabasePath.Companions.Where(companion => File.Exists(path + companion)))
            {
                File.Move(path + companion, kept + companion);
                setAside.Add(companion);
            }

            File.Delete(path + "-shm");
            file.Publish(replaced: isThere ? kept : null);
            return isThere ? kept : null;
        }
        catch
        {
            // The old file is still there, and not whole without them.
            foreach (var companion in setAside)
                File.Move(kept + companion, path + companion);
            throw;
        }
    }

    /// <summary>
    /// Brings what a killed server left beside the old file into it, so that one rename is all: a crash between several would leave the old
    /// file without the messages that were acknowledged last.
    /// </summary>
    private static void BringIn(string path)
    {
        if (!DatabasePath.Companions.Any(companion => File.Exists(path + companion)))
            return;
        try
        {
            // Of a file that it cannot read SQLite would delete the WAL.
            DatabaseInspection.RequireUsable(path);
            using var old = Connections.OpenReadWrite(path);
            Connections.LeaveWal(old);
        }
        catch (Exception failure) when (failure is DatabaseException or SqliteException)
        {
            // It is damaged, or there is no room: they stay beside it.
        }
    }
}

/// <summary>What a restore has done.</summary>
/// <param name="Path">The database.</param>
/// <param name="Kept">Where the file is that was there before; null where there was none.</param>
public readonly record struct RestoreResult(string Path, string? Kept);
