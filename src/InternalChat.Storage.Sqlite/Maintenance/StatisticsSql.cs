namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>The SQL of <see cref="DatabaseStatistics"/>.</summary>
internal static class StatisticsSql
{
    public const string FreePageBytes = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size";
    public const string CountRows = "SELECT count(*) FROM ";
    public const string WipedMessages = "SELECT count(*) FROM messages WHERE sender_id <= 0";
    public const string Oldest = "SELECT id, created_at FROM messages WHERE sender_id > 0 ORDER BY id LIMIT 1";
    public const string Newest = "SELECT id, created_at FROM messages WHERE sender_id > 0 ORDER BY id DESC LIMIT 1";
    public const string ToReplay = "SELECT count(*) FROM messages WHERE id > (SELECT heads_through FROM state)";
    public const string SuspendedAccounts = "SELECT count(*) FROM users WHERE status = 1";
    public const string DeletedAccounts = "SELECT count(*) FROM users WHERE status = 2";
    public const string PendingErasures = "SELECT count(*) FROM erasures";

    public const string PreviousInMailbox = "SELECT previous_in_mailbox, sender_id FROM messages WHERE id = ?1";

    /// <summary>For deleted accounts nothing waits, whatever their marks say.</summary>
    public const string Mailboxes = """
        SELECT m.user_id, m.last_message_id, m.delivered_through FROM mailboxes m JOIN users u ON u.id = m.user_id WHERE u.status <> 2
        """;

    public const string TailRecipients = """
        SELECT m.id, m.recipient_id FROM messages m JOIN users u ON u.id = m.recipient_id
        WHERE m.id > (SELECT heads_through FROM state) AND u.status <> 2 ORDER BY m.id
        """;
}
