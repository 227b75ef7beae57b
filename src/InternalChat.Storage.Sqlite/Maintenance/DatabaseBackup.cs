using System.Diagnostics;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Opening;
using InternalChat.Storage.Sqlite.Sql;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>
/// Copies a database into one file, also while a server works on it, in this process or another one. The copy is the database as it was
/// when the backup began: every message that was acknowledged by then is in it. It is checked before it gets its name, and is for its owner
/// alone.
/// </summary>
public static class DatabaseBackup
{
    /// <summary>Writes a backup.</summary>
    /// <param name="databasePath">The database.</param>
    /// <param name="target">The backup; its folder must be there.</param>
    /// <param name="replace">Whether one of that name is replaced in the end; otherwise it is left alone, and nothing is written.</param>
    /// <param name="lowDiskBytes">Free bytes that stay free; null for the usual <see cref="StorageSpace.LowMark"/>.</param>
    /// <param name="cancellation">Ends it and leaves nothing.</param>
    /// <exception cref="DatabaseException">
    /// Not written, and nothing is left of it: there is no database of this version, it is damaged, there is no room, or the target cannot
    /// be written.
    /// </exception>
    /// <exception cref="IOException">Root cannot tell whose the database is, or may not take its owner's rights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static BackupResult Write(
        string databasePath, string target, bool replace = true, long? lowDiskBytes = null, CancellationToken cancellation = default)
    {
        var began = Stopwatch.GetTimestamp();
        if (string.IsNullOrWhiteSpace(target))
            throw new DatabaseException("The path of the backup is empty.");
        var (ofDatabase, path) = (OwnersRights.Of(databasePath), Path.GetFullPath(target));
        var source = DatabasePath.Locate(ofDatabase);
        if (IsOrBelongsTo(source, path) || IsOrBelongsTo(Path.GetFullPath(databasePath), path))
            throw new DatabaseException($"The backup cannot be {path}, which is the database itself or belongs to it.");
        if (source == PartialFile.PathFor(path))
            throw new DatabaseException($"The backup cannot be {path}: until it is whole it is {source}, which is the database itself.");
        RequireRegularFileIfThere(path);
        if (!replace && Path.Exists(path))
            throw new DatabaseException($"There is a file {path} already, which was left alone.");
        if (DatabasePath.Leftover(path) is { } leftover)
            throw new DatabaseException($"The backup cannot be {path}: whoever opened it would take {leftover} for a part of it.");
        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
            throw new DatabaseException($"There is no folder {folder} for the backup.");
        try
        {
            var ofTarget = OwnersRights.Of(Path.GetDirectoryName(path) ?? path);
            using var rights = ofTarget.Take();
            if (!FileClaim.TryTakeIfPresent(path, out var claim))
                throw new DatabaseException($"The backup cannot be {path}, which another process has in use: a server, or another backup.");
            claim?.Dispose();
            using var file = Copy(source, ofDatabase, path, ofTarget, lowDiskBytes, cancellation);
            var copied = Stopwatch.GetElapsedTime(began);
            var check = DatabaseCheck.RequireNoFindings(file.Path, $"{source} is damaged, so it was not backed up", cancellation);
            file.Publish(replace);
            return new BackupResult(path, new FileInfo(path).Length, check.LastMessageId, copied, Stopwatch.GetElapsedTime(began));
        }
        catch (Exception failure) when (SqliteFailure.Is(failure) || failure is IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.Because($"The backup {path} could not be written", failure);
        }
    }

    private static void RequireRegularFileIfThere(string path)
    {
        try
        {
            RegularFile.RequireIfThere(path);
        }
        catch (IOException failure)
        {
            throw new DatabaseException($"The backup cannot be written: {failure.Message}.", failure);
        }
    }

    private static bool IsOrBelongsTo(string database, string path) =>
        path.StartsWith(database, StringComparison.Ordinal)
        && path[database.Length..] is "" or "-wal" or "-shm" or "-journal" or ".lock" or LastBackup.Suffix;

    private static PartialFile Copy(
        string source, OwnersRights ofSource, string target, OwnersRights ofTarget, long? lowDiskBytes, CancellationToken cancellation)
    {
        using var rights = ofSource.Take();
        using var snapshot = DatabaseSnapshot.Take(source, lowDiskBytes, cancellation);
        using var rightsToTarget = ofTarget.Take();
        RequireRoom(snapshot, target, lowDiskBytes);
        var file = new PartialFile(target);
        try
        {
            BackupCopy.Run(snapshot.Connection, file.Path, snapshot.ThrowIfEnded, leavesDiskToOthers: true);
            snapshot.ThrowIfEnded();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void RequireRoom(DatabaseSnapshot snapshot, string target, long? lowDiskBytes)
    {
        var space = StorageSpace.Measure(target);
        var staysFree = space.LowMark(lowDiskBytes);
        if (space.FreeBytes - snapshot.Bytes < staysFree)
        {
            throw new DatabaseException(
                $"There is no room for {target}: it takes {snapshot.Bytes} bytes, {space.FreeBytes} are free, "
                + $"and {staysFree} stay free.");
        }
    }
}

/// <summary>What a backup has written.</summary>
/// <param name="Path">The backup.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="LastMessageId">The newest message in it.</param>
/// <param name="Copied">So long the copying took, during which the database's write-ahead log could not be begun anew.</param>
/// <param name="Elapsed">So long all of it took, with the check of the copy.</param>
public readonly record struct BackupResult(string Path, long Bytes, long LastMessageId, TimeSpan Copied, TimeSpan Elapsed);
