using System.Globalization;
using InternalChat.Storage.Files;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Upgrades;

/// <summary>The copy of an older file that stays beside it when it is upgraded.</summary>
internal static class UpgradeBackup
{
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
}
