using System.Globalization;
using Dapper;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Upgrades;

/// <summary>The copy of an older file that stays beside it when it is upgraded.</summary>
internal static class UpgradeBackup
{
    /// <summary>
    /// Changes the file and commits. Where the change fails and is taken back, the copy goes: a server that is started again and again
    /// would fill the disk. A commit that fails may have been written all the same, so there the copy stays.
    /// </summary>
    /// <param name="connection">The file.</param>
    /// <param name="path">The file.</param>
    /// <param name="backup">The copy.</param>
    /// <param name="change">Begins a transaction and does everything in it.</param>
    public static void Commit(SqliteConnection connection, string path, string backup, Action change)
    {
        try
        {
            change();
        }
        catch
        {
            if (IsTakenBack(connection, path))
                File.Delete(backup);
            throw;
        }

        connection.Execute(TransactionSql.Commit);
    }

    /// <param name="connection">The file, with no transaction open.</param>
    /// <param name="path">The file.</param>
    /// <param name="version">The file's version; 0 for the original server's.</param>
    /// <param name="time">The clock, for the copy's name.</param>
    /// <returns>The copy's path. It was written by SQLite, so a WAL's content is in it, and synced.</returns>
    /// <exception cref="DatabaseException">It could not be written; the file is not to be upgraded.</exception>
    public static string Write(SqliteConnection connection, string path, long version, TimeProvider time)
    {
        var backup = StampedName.Free(string.Create(CultureInfo.InvariantCulture, $"{path}.v{version}-"), ".bak", time);
        try
        {
            // Under its name only when it is whole: one who looks for a backup must not find half of one.
            using var file = new PartialFile(backup);
            using (var destination = Connections.OpenReadWrite(file.Path))
                connection.BackupDatabase(destination);
            file.Publish();
            return backup;
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.Because($"The database {path} was not upgraded, because no backup could be written", failure);
        }
    }

    /// <summary>Rolls back, and sees whether that came to its end: where it did not, the journal is still there.</summary>
    private static bool IsTakenBack(SqliteConnection connection, string path)
    {
        var handle = connection.Handle!;
        if (raw.sqlite3_get_autocommit(handle) == 0)
            _ = raw.sqlite3_exec(handle, TransactionSql.Rollback);
        return raw.sqlite3_get_autocommit(handle) != 0 && !File.Exists(path + "-journal");
    }
}
