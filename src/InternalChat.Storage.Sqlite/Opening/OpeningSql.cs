namespace InternalChat.Storage.Sqlite.Opening;

/// <summary>What is asked of a file when it is opened.</summary>
internal static class OpeningSql
{
    public const string VacuumInto = "VACUUM INTO @path";
    public const string IsUsersRewriteOrdered = "SELECT users_to_rewrite FROM state";

    /// <summary>The file's pages in bytes, as this connection sees them: with what is still in the WAL.</summary>
    public const string Bytes = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";

    public const string LastMessageId = """
        SELECT max(coalesce((SELECT max(last_message_id) FROM state), 0), coalesce((SELECT max(id) FROM messages), 0))
        """;
}
