using Dapper;
using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Upgrades;

/// <summary>Brings a file of an older version of ours to this one: a backup copy beside it first, then one transaction.</summary>
internal static class VersionUpgrade
{
    /// <summary>Upgrades. Where it throws, the connection is to be closed, which rolls back.</summary>
    /// <returns>Whether pages that were free before may hold what was deleted long ago.</returns>
    public static bool Run(SqliteConnection connection, string path, TimeProvider time, ILogger logger)
    {
        var backup = UpgradeBackup.Write(connection, path, version: 1, time);
        StorageLog.VersionUpgradeBegins(logger, path, 1, Schema.Version, backup);
        var hadFreePages = connection.QuerySingle<long>("PRAGMA freelist_count") > 0;
        Connections.SetSecureDelete(connection, true);
        UpgradeBackup.Commit(connection, path, backup, () => Change(connection));
        return hadFreePages;
    }

    private static void Change(SqliteConnection connection)
    {
        connection.Execute(TransactionSql.Begin);
        connection.Execute(Schema.UpgradeFromVersion1);
    }
}
