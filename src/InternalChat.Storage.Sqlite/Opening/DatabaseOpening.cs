using Dapper;
using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Upgrades;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Opening;

/// <summary>
/// Opens a file that was inspected for its one writer: makes it if it is missing, and upgrades the original server's.
/// </summary>
internal static class DatabaseOpening
{
    /// <summary>Opens the file for the writer, of this version and with its settings, and claims it first.</summary>
    /// <returns>The connection, and the claim, which is to be disposed after it.</returns>
    /// <exception cref="DatabaseException">It is not for us.</exception>
    public static (SqliteConnection Connection, FileClaim Claim) OpenAndUpgrade(DatabaseOptions options, TimeProvider time, ILogger logger)
    {
        if (!File.Exists(options.Path))
            FileRights.CreateFile(options.Path);
        else if (FileRights.ModeThatOthersRead(options.Path) is { } mode)
            StorageLog.ReadableByOthers(logger, options.Path, mode);

        var claim = FileClaim.TakeDatabase(options.Path);
        SqliteConnection? connection = null;
        try
        {
            connection = Connections.OpenWriter(options.Path);
            if (Upgrade(connection, options.Path, time, logger))
            {
                TryCompact(connection, options.Path, time, logger);
                connection.Dispose();
                // The compacted file is another one.
                claim.Dispose();
                claim = FileClaim.TakeDatabase(options.Path);
                connection = Connections.OpenWriter(options.Path);
            }

            Connections.ConfigureWriter(connection, options);
            RewriteUsersWhereOrdered(connection);
            return (connection, claim);
        }
        catch
        {
            connection?.Dispose();
            claim.Dispose();
            throw;
        }
    }

    /// <returns>Whether free pages of the file may hold what is in no table any more.</returns>
    private static bool Upgrade(SqliteConnection connection, string path, TimeProvider time, ILogger logger)
    {
        switch (DatabaseInspection.Classify(connection, path))
        {
            case DatabaseKind.New:
                Create(connection);
                return false;
            case DatabaseKind.Legacy:
                LegacyUpgrade.Run(connection, path, time, logger);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Leaves nothing of the old tables readable in the file. The server starts also where that fails.</summary>
    private static void TryCompact(SqliteConnection connection, string path, TimeProvider time, ILogger logger)
    {
        var began = time.GetTimestamp();
        var before = new FileInfo(path).Length;
        try
        {
            Compaction.Run(connection, path);
            var (elapsed, after) = (time.GetElapsedTime(began), new FileInfo(path).Length);
            StorageLog.Compacted(logger, elapsed, before, after);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            StorageLog.NotCompacted(logger, path, failure.Message);
        }
    }

    /// <summary>After an erasure: what it deleted may still stand between the rows.</summary>
    private static void RewriteUsersWhereOrdered(SqliteConnection connection)
    {
        if (connection.QuerySingle<long>(OpeningSql.IsUsersRewriteOrdered) == 0)
            return;
        connection.Execute(TransactionSql.Begin);
        connection.Execute(Schema.RewriteUsers);
        connection.Execute(TransactionSql.Commit);
    }

    private static void Create(SqliteConnection connection)
    {
        // Not in WAL mode yet: so the file's own header says whose it is from the first moment on.
        connection.Execute("PRAGMA page_size = 4096");
        connection.Execute(TransactionSql.Begin);
        connection.Execute(Schema.Create);
        connection.Execute(TransactionSql.Commit);
    }
}
