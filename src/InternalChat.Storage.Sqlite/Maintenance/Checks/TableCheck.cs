using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Maintenance.Checks;

/// <summary>Checks what SQL alone can: SQLite's own structures, and that rows name only what exists.</summary>
internal static class TableCheck
{
    private static readonly string[] Queries =
    [
        CheckSql.StateIsOneRow, CheckSql.AccountIdsAreCounted, CheckSql.AccountsAreSound, CheckSql.ContactsAreMutual,
        CheckSql.ContactsHaveAccounts, CheckSql.BlocksHaveAccounts, CheckSql.ReceiptsHaveMessages,
    ];

    /// <summary>SQLite's own check of every page and index.</summary>
    public static void Integrity(SqliteConnection connection, Findings findings)
    {
        foreach (var found in Texts(connection, CheckSql.Integrity))
        {
            if (found != "ok")
                findings.Add($"SQLite: {found.ReplaceLineEndings(" ")}");
        }
    }

    public static void Run(SqliteConnection connection, Findings findings)
    {
        foreach (var found in Queries.SelectMany(query => Texts(connection, query)))
            findings.Add($"{found}");
    }

    private static IEnumerable<string> Texts(SqliteConnection connection, string sql)
    {
        using var statement = new PreparedStatement(connection, sql);
        while (statement.Step())
            yield return statement.Text(0);
    }
}
