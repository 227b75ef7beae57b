using Dapper;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Sql;

/// <summary>
/// What this version's tables have gained since its first files were made: each start adds what a file lacks. A server that does not know
/// an addition leaves it as it is, so none of them makes a new version.
/// </summary>
internal static class SchemaAdditions
{
    private static readonly Addition[] All =
    [
        new("lineage", Schema.CreateLineage),
        new("retention", Schema.CreateRetention),
        new("conversations", Schema.AddWriters, Column: "writers"),
        new("known_networks", Schema.CreateKnownNetworks),
        new("network_key", Schema.CreateNetworkKey),
    ];

    /// <summary>Adds what is missing in one transaction; a file that has everything is only read. No transaction is open.</summary>
    public static void AddMissing(SqliteConnection connection)
    {
        var missing = All.Where(addition => addition.IsMissing(connection)).ToList();
        if (missing.Count == 0)
            return;
        connection.Execute(TransactionSql.Begin);
        foreach (var addition in missing)
            connection.Execute(addition.Sql);
        connection.Execute(TransactionSql.Commit);
    }

    /// <summary>A table, or a column of a table that every file has. <c>Sql</c> makes it, in a transaction.</summary>
    private sealed record Addition(string Table, string Sql, string? Column = null)
    {
        // A table that is missing has no columns.
        public bool IsMissing(SqliteConnection connection) =>
            connection.QuerySingle<long>(Schema.CountColumns, new { table = Table, column = Column }) == 0;
    }
}
