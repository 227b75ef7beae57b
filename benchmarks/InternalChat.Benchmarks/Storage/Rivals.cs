using Dapper;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Wal;
using Microsoft.Data.Sqlite;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// Opens connections for the rivals. They get what the product's own have, except that SQLite's own checkpoints serve them.
/// </summary>
internal static class Rivals
{
    private static readonly DatabaseOptions Product = new() { Path = "" };

    /// <summary>For building.</summary>
    public static SqliteConnection Open(string path, string? vfs = null)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Vfs = vfs }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>A writer with a sync for each commit. A new file gets the product's tables.</summary>
    public static SqliteConnection OpenWriter(string path)
    {
        var connection = Open(path, SqliteVfs.Registered);
        if (connection.QuerySingle<long>("SELECT count(*) FROM sqlite_schema") == 0)
            connection.Execute(Schema.Create);
        connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        connection.Execute($"PRAGMA cache_size = -{Product.WriterPageCacheBytes >> 10}");
        return connection;
    }

    public static SqliteConnection OpenReader(string path)
    {
        var connection = Open(path);
        connection.Execute($"PRAGMA query_only = ON; PRAGMA cache_size = -{Product.ReaderPageCacheBytes / Product.Readers >> 10}");
        return connection;
    }
}
