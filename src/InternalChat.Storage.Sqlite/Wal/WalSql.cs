namespace InternalChat.Storage.Sqlite.Wal;

/// <summary>What is written so that a write-ahead log can be told from another one, and a refused batch be written over.</summary>
internal static class WalSql
{
    public const string HasLineage = "SELECT count(*) FROM sqlite_schema WHERE name = 'lineage'";
    public const string ReadLineage = "SELECT id, base FROM lineage";
    public const string ContinueLineage = "UPDATE lineage SET base = id, id = random()";
    public const string CountRefusal = "UPDATE state SET refusals = refusals + 1";
}
