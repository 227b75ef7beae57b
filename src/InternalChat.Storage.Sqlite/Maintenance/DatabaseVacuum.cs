using Dapper;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Opening;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Wal;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>
/// Writes a database that no server has open anew: without free pages, without the room that erased messages still take, and without
/// anything that was ever deleted. Needs as much room beside it as the new file takes.
/// </summary>
public static class DatabaseVacuum
{
    /// <summary>Writes the file anew.</summary>
    /// <param name="databasePath">The database.</param>
    /// <exception cref="DatabaseException">The database is as it was: a server has it, it is damaged, or there is no room.</exception>
    /// <exception cref="IOException">Root may not take the owner's rights.</exception>
    public static VacuumResult Run(string databasePath)
    {
        var ofDatabase = OwnersRights.OfDatabase(databasePath);
        using var rights = ofDatabase.Take();
        var path = DatabasePath.Locate(ofDatabase.Path);
        DatabaseInspection.RequireCurrent(path);
        using var fileLock = DatabaseLock.Take(path);
        DatabaseRestore.ForgetInterrupted(path);
        using var claim = FileClaim.TakeDatabase(path);
        try
        {
            using var connection = Connections.OpenReadWrite(path);
            Connections.SetSecureDelete(connection, true);
            connection.Execute(MaintenanceSql.ShortenWiped);
            // All that it holds, with the WAL's share, which now comes into it.
            Checkpointer.Checkpoint(connection, SQLitePCL.raw.SQLITE_CHECKPOINT_TRUNCATE, Connections.BusyMilliseconds);
            var before = new FileInfo(path).Length;
            RequireRoom(connection, path);
            Compaction.Run(
                connection, path,
                static written => DatabaseCheck.RequireNoFindings(written, "The database is damaged, so it was left as it was"));
            return new VacuumResult(before, new FileInfo(path).Length);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure) || failure is IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.Because($"The database {path} could not be written anew", failure);
        }
    }

    private static void RequireRoom(SqliteConnection connection, string path)
    {
        var needed = connection.QuerySingle<long>(MaintenanceSql.BytesInUse);
        var space = StorageSpace.Measure(path);
        if (space.FreeBytes < needed)
            throw new DatabaseException(
                $"There is no room to write {path} anew: it takes {needed} bytes beside it, and {space.FreeBytes} are free.");
    }
}

/// <summary>What writing a database anew has done.</summary>
/// <param name="BytesBefore">The file's length before.</param>
/// <param name="BytesAfter">Its length now.</param>
public readonly record struct VacuumResult(long BytesBefore, long BytesAfter);
