namespace InternalChat.Storage.Sqlite.Writing;

/// <summary>What the writer reads at its start, and what a batch appends.</summary>
internal static class WritingSql
{
    public const string Append = """
        INSERT INTO messages (id, sender_id, recipient_id, created_at, previous_in_conversation, previous_in_mailbox, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        """;

    public const string AddContact = "INSERT OR IGNORE INTO contacts (user_id, contact_id) VALUES (?1, ?2)";
    public const string AddReceipt = "INSERT OR IGNORE INTO receipts (message_id, read_at) VALUES (?1, ?2)";

    public const string FindForReceipt = """
        SELECT m.sender_id, m.recipient_id, r.message_id IS NOT NULL
        FROM messages m LEFT JOIN receipts r ON r.message_id = m.id WHERE m.id = ?1 AND m.sender_id > 0
        """;

    public const string ReadState = """
        SELECT max(last_message_id, coalesce((SELECT max(id) FROM messages), 0)) AS LastMessageId, heads_through AS HeadsThrough FROM state
        """;

    public const string LargestAccountId = "SELECT coalesce(max(id), 0) FROM users";
}
