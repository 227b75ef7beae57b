namespace InternalChat.Storage.Sqlite.Sql;

/// <summary>How transactions begin and end.</summary>
internal static class TransactionSql
{
    public const string Begin = "BEGIN IMMEDIATE";
    public const string BeginRead = "BEGIN DEFERRED";
    public const string Commit = "COMMIT";
    public const string Rollback = "ROLLBACK";

    /// <summary>How many tables and indexes there are; any file has an answer, which a read transaction begins with.</summary>
    public const string CountSchema = "SELECT count(*) FROM sqlite_schema";
}
