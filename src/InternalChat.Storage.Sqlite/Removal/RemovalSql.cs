namespace InternalChat.Storage.Sqlite.Removal;

/// <summary>What removes messages and people from the file while the server runs.</summary>
internal static class RemovalSql
{
    /// <summary>Leaves an empty row of exactly the old one's size where the ids are as wide as the old ones.</summary>
    public const string WipeMessage = """
        UPDATE messages SET sender_id = ?2, recipient_id = ?3, body = CAST(zeroblob(octet_length(body)) AS TEXT) WHERE id = ?1
        """;

    public const string DeleteReceipt = "DELETE FROM receipts WHERE message_id = ?1";

    /// <summary>From the oldest on; the last column says whether its recipient never got it.</summary>
    public const string OldestMessages = """
        SELECT m.id, m.created_at, m.sender_id, m.recipient_id, m.id > coalesce(b.delivered_through, 0)
            AND (m.id > s.unlinked_through OR m.previous_in_mailbox <> 0 OR m.id = b.delivered_through + 1)
        FROM messages m CROSS JOIN state s LEFT JOIN mailboxes b ON b.user_id = m.recipient_id
        WHERE m.id > ?1 ORDER BY m.id LIMIT ?2
        """;

    public const string ReadRetention = "SELECT permitted, completed, waits_for, waited_seconds, behind_seconds FROM retention";

    public const string SaveRetention = """
        INSERT OR REPLACE INTO retention (one, permitted, completed, waits_for, waited_seconds, behind_seconds)
        VALUES (1, ?1, ?2, ?3, ?4, ?5)
        """;

    public const string NthMessageBefore = "SELECT id FROM messages WHERE id <= ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2";
    public const string DeleteOldest = "DELETE FROM messages WHERE id <= ?1";
    public const string NextErasure = "SELECT user_id, scanned_through, is_wiped FROM erasures ORDER BY user_id LIMIT 1";

    public const string MessagesOfAccount = """
        SELECT id, sender_id, recipient_id FROM messages WHERE id > ?1 AND id <= ?2 AND (sender_id = ?3 OR recipient_id = ?3)
        """;

    public const string SaveErasure = "UPDATE erasures SET scanned_through = ?2, is_wiped = ?3 WHERE user_id = ?1";
    public const string DeleteErasure = "DELETE FROM erasures WHERE user_id = ?1";
    public const string NextContact = "SELECT contact_id FROM contacts WHERE user_id = ?1 LIMIT 1";
    public const string DeleteContact = "DELETE FROM contacts WHERE user_id = ?1 AND contact_id = ?2";
    public const string DeleteConversation = "DELETE FROM conversations WHERE low_user_id = ?1 AND high_user_id = ?2";

    public const string NextBlocks = """
        SELECT blocker_id, blocked_id FROM blocks WHERE (blocker_id, blocked_id) > (?1, ?2) ORDER BY blocker_id, blocked_id LIMIT ?3
        """;

    public const string DeleteBlock = "DELETE FROM blocks WHERE blocker_id = ?1 AND blocked_id = ?2";
    public const string DeleteBlocksBy = "DELETE FROM blocks WHERE blocker_id = ?1";
    public const string DeleteMailbox = "DELETE FROM mailboxes WHERE user_id = ?1";
    public const string DeleteUser = "DELETE FROM users WHERE id = ?1";
    public const string OrderUsersRewrite = "UPDATE state SET users_to_rewrite = 1";
}
