namespace InternalChat.Storage.Sqlite.Heads;

/// <summary>Where chains begin and how they are followed.</summary>
internal static class HeadSql
{
    public const string PreviousInConversation = "SELECT previous_in_conversation, sender_id FROM messages WHERE id = ?1";
    public const string PreviousInMailbox = "SELECT previous_in_mailbox FROM messages WHERE id = ?1";

    public const string FindConversation =
        "SELECT last_message_id, writers FROM conversations WHERE low_user_id = ?1 AND high_user_id = ?2";

    public const string FindMailbox = "SELECT last_message_id, delivered_through FROM mailboxes WHERE user_id = ?1";

    /// <summary>What the table knows of writers is kept: after a crash the cache may know less.</summary>
    public const string WriteConversation = """
        INSERT INTO conversations (low_user_id, high_user_id, last_message_id, writers) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO UPDATE SET last_message_id = excluded.last_message_id, writers = writers | excluded.writers
        """;

    public const string WriteMailboxHead = """
        INSERT INTO mailboxes (user_id, last_message_id, delivered_through) VALUES (?1, ?2, 0)
        ON CONFLICT DO UPDATE SET last_message_id = excluded.last_message_id
        """;

    public const string WriteMailbox = """
        INSERT INTO mailboxes (user_id, last_message_id, delivered_through) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET last_message_id = excluded.last_message_id, delivered_through = excluded.delivered_through
        """;

    public const string WriteState = "UPDATE state SET last_message_id = ?1, heads_through = ?2";

    public const string ReplayTail = """
        SELECT id, sender_id, recipient_id, previous_in_conversation FROM messages WHERE id > ?1 ORDER BY id
        """;
}
