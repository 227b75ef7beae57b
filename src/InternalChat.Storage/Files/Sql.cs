namespace InternalChat.Storage.Files;

/// <summary>Every SQL text of the project but the schema's and the upgrade's, which stand beside what they make.</summary>
internal static class Sql
{
    public const string Begin = "BEGIN IMMEDIATE";
    public const string BeginRead = "BEGIN";
    public const string Commit = "COMMIT";
    public const string Rollback = "ROLLBACK";

    public const string Append = """
        INSERT INTO messages (id, sender_id, recipient_id, created_at, previous_in_conversation, previous_in_mailbox, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        """;

    public const string AddContact = "INSERT OR IGNORE INTO contacts (user_id, contact_id) VALUES (?1, ?2)";
    public const string AddReceipt = "INSERT OR IGNORE INTO receipts (message_id, read_at) VALUES (?1, ?2)";

    public const string FindForReceipt = """
        SELECT m.sender_id, m.recipient_id, r.message_id IS NOT NULL
        FROM messages m LEFT JOIN receipts r ON r.message_id = m.id WHERE m.id = ?1
        """;

    public const string ReadMessage = "SELECT sender_id, created_at, body FROM messages WHERE id = ?1";
    public const string PreviousInConversation = "SELECT previous_in_conversation FROM messages WHERE id = ?1";
    public const string PreviousInMailbox = "SELECT previous_in_mailbox FROM messages WHERE id = ?1";
    public const string SenderName = "SELECT username FROM users WHERE id = ?1";

    public const string FindConversation = "SELECT last_message_id FROM conversations WHERE low_user_id = ?1 AND high_user_id = ?2";
    public const string FindMailbox = "SELECT last_message_id, delivered_through FROM mailboxes WHERE user_id = ?1";

    public const string WriteConversation = """
        INSERT INTO conversations (low_user_id, high_user_id, last_message_id) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET last_message_id = excluded.last_message_id
        """;

    public const string WriteMailboxHead = """
        INSERT INTO mailboxes (user_id, last_message_id, delivered_through) VALUES (?1, ?2, 0)
        ON CONFLICT DO UPDATE SET last_message_id = excluded.last_message_id
        """;

    public const string WriteMailbox = """
        INSERT INTO mailboxes (user_id, last_message_id, delivered_through) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET last_message_id = excluded.last_message_id, delivered_through = excluded.delivered_through
        """;

    public const string ReadState = """
        SELECT max(last_message_id, coalesce((SELECT max(id) FROM messages), 0)) AS LastMessageId, heads_through AS HeadsThrough FROM state
        """;

    public const string LargestAccountId = "SELECT coalesce(max(id), 0) FROM users";

    public const string CountRefusal = "UPDATE state SET refusals = refusals + 1";

    public const string WriteState = "UPDATE state SET last_message_id = ?1, heads_through = ?2";

    public const string ReplayTail = "SELECT id, sender_id, recipient_id FROM messages WHERE id > ?1 ORDER BY id";

    public const string FindAccount = "SELECT id AS Id, username AS Username FROM users WHERE username = @username";

    public const string FindCredentials =
        "SELECT id AS Id, username AS Username, password_hash AS PasswordHash FROM users WHERE username = @username";

    public const string CreateAccount = """
        INSERT INTO users (username, password_hash, created_at) VALUES (@username, @passwordHash, @createdAt)
        ON CONFLICT (username) DO NOTHING RETURNING id
        """;

    public const string SetPasswordHash = "UPDATE users SET password_hash = @passwordHash WHERE id = @accountId";
    public const string ListUsernames = "SELECT username FROM users WHERE username > @after ORDER BY username LIMIT @count";
    public const string ListContacts = "SELECT contact_id FROM contacts WHERE user_id = @accountId ORDER BY contact_id";

    public const string ListBlocked = "SELECT blocked_id FROM blocks WHERE blocker_id = @blockerId ORDER BY blocked_id LIMIT @count";
    public const string IsBlocked = "SELECT count(*) FROM blocks WHERE blocker_id = @blockerId AND blocked_id = @blockedId";

    public const string Block = """
        INSERT OR IGNORE INTO blocks (blocker_id, blocked_id, created_at) VALUES (@blockerId, @blockedId, @createdAt)
        """;

    public const string Unblock = "DELETE FROM blocks WHERE blocker_id = @blockerId AND blocked_id = @blockedId";
}
