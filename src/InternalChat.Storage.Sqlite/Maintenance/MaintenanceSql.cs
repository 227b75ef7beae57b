namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>What reads or copies the whole file.</summary>
internal static class MaintenanceSql
{
    public const string BytesInUse = """
        SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size
        """;

    /// <summary>Where the file is written anew, a wiped row need not keep its size.</summary>
    public const string ShortenWiped = "UPDATE messages SET body = '' WHERE sender_id <= 0 AND body <> ''";

    public const string LargestMessageId = "SELECT coalesce(max(id), 0) FROM messages";

    public const string ExportedMessages = """
        SELECT m.id, m.sender_id, m.recipient_id, m.created_at, r.read_at, m.body
        FROM messages m LEFT JOIN receipts r ON r.message_id = m.id
        WHERE m.id > ?1 AND m.id <= ?2 AND m.sender_id > 0 AND (m.sender_id = ?3 OR m.recipient_id = ?3) ORDER BY m.id
        """;

    public const string ContactsPage = """
        SELECT contact_id FROM contacts WHERE user_id = ?1 AND contact_id > ?2 ORDER BY contact_id LIMIT ?3
        """;

    public const string BlockedPage = """
        SELECT blocked_id, created_at FROM blocks WHERE blocker_id = ?1 AND blocked_id > ?2 ORDER BY blocked_id LIMIT ?3
        """;
}
