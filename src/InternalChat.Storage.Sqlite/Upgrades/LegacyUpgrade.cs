using Dapper;
using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Upgrades;

/// <summary>
/// Turns the original server's file into ours, in place: a backup copy beside it first, then one transaction, so that a process that is
/// killed at any moment leaves the whole old file. Ids, timestamps, password hashes, receipts and blocks are kept, and what was pending
/// stays pending. Memory grows with users and conversations, not with messages.
/// </summary>
internal static class LegacyUpgrade
{
    private const int ProgressRows = 10_000;

    /// <summary>Whether the file has the original server's tables. Older ones had no <c>read_at</c>.</summary>
    public static bool IsLegacy(SqliteConnection connection) => connection.QuerySingle<long>(LegacySql.HasTables) != 0;

    /// <summary>Upgrades. Where it throws, the connection is to be closed, which rolls back.</summary>
    public static void Run(SqliteConnection connection, string path, TimeProvider time, ILogger logger)
    {
        var backup = UpgradeBackup.Write(connection, path, version: 0, time);
        StorageLog.UpgradeBegins(logger, path, backup);
        var chains = new LegacyChains();
        UpgradeBackup.Commit(connection, path, backup, () => Fill(connection, chains, logger));
        var accounts = connection.QuerySingle<long>(LegacySql.CountUsers);
        StorageLog.Upgraded(logger, accounts, chains.Messages, chains.Pending);
    }

    private static void Fill(SqliteConnection connection, LegacyChains chains, ILogger logger)
    {
        // One transaction over everything would make a WAL as large as the file; a rollback journal holds only what is overwritten.
        connection.Execute("PRAGMA journal_mode = DELETE");
        connection.Execute(TransactionSql.Begin);
        var hasReadAt = connection.QuerySingle<long>(LegacySql.HasReadAt) != 0;
        connection.Execute(LegacySql.SetAside);
        connection.Execute(Schema.Create);
        connection.Execute(LegacySql.CopyUsers);
        connection.Execute(LegacySql.AddMissingUsers);
        CopyMessages(connection, chains, logger);
        if (hasReadAt)
            connection.Execute(LegacySql.CopyReceipts);
        connection.Execute(LegacySql.CopyBlocks);
        chains.Write(connection);
        connection.Execute(LegacySql.SetState);
        connection.Execute(LegacySql.DropOld);
    }

    private static void CopyMessages(SqliteConnection connection, LegacyChains chains, ILogger logger)
    {
        using var source = new PreparedStatement(connection, LegacySql.ReadMessages);
        using var append = new PreparedStatement(connection, WritingSql.Append);
        while (source.Step())
        {
            var (id, sender, recipient) = (source.Int64(0), source.Int64(1), source.Int64(2));
            var isPending = source.Int64(4) != 0;
            var (previousInConversation, previousInMailbox) = chains.Add(id, sender, recipient, isPending);
            append.Bind(1, id).Bind(2, sender).Bind(3, recipient).Bind(4, source.Int64(3))
                .Bind(5, previousInConversation).Bind(6, previousInMailbox).Bind(7, source.Bytes(5)).Execute();
            if (chains.Messages % ProgressRows == 0)
                StorageLog.UpgradeProgress(logger, chains.Messages);
        }

        source.Reset();
    }
}
