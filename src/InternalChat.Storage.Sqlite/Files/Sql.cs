namespace InternalChat.Storage.Sqlite.Files;

/// <summary>Every SQL text of the project but the schema's and the upgrade's, which stand beside what they make.</summary>
internal static class Sql
{
    private const string AccountDetailsColumns =
        "id AS Id, username AS Username, created_at AS CreatedAt, status AS Status, password_hash <> '!' AS HasPassword";

    /// <summary>The file's pages in bytes, as this connection sees them: with what is still in the WAL.</summary>
    public const string Bytes = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";

    public const string BytesInUse = """
        SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size
        """;

    /// <summary>Where the file is written anew, a wiped row need not keep its size.</summary>
    public const string ShortenWiped = "UPDATE messages SET body = '' WHERE sender_id <= 0 AND body <> ''";

    public const string VacuumInto = "VACUUM INTO @path";

    public const string HasLineage = "SELECT count(*) FROM sqlite_schema WHERE name = 'lineage'";
    public const string ReadLineage = "SELECT id, base FROM lineage";
    public const string ContinueLineage = "UPDATE lineage SET base = id, id = random()";

    public const string Begin = "BEGIN IMMEDIATE";
    public const string BeginRead = "BEGIN DEFERRED";
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
        FROM messages m LEFT JOIN receipts r ON r.message_id = m.id WHERE m.id = ?1 AND m.sender_id > 0
        """;

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
    public const string IsUsersRewriteOrdered = "SELECT users_to_rewrite FROM state";

    public const string LastMessageId = """
        SELECT max(coalesce((SELECT max(last_message_id) FROM state), 0), coalesce((SELECT max(id) FROM messages), 0))
        """;

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

    public const string ReadMessage = "SELECT sender_id, created_at, body FROM messages WHERE id = ?1";
    public const string PreviousInConversation = "SELECT previous_in_conversation, sender_id FROM messages WHERE id = ?1";
    public const string PreviousInMailbox = "SELECT previous_in_mailbox FROM messages WHERE id = ?1";
    public const string Username = "SELECT username FROM users WHERE id = ?1";

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

    public const string ReadState = """
        SELECT max(last_message_id, coalesce((SELECT max(id) FROM messages), 0)) AS LastMessageId, heads_through AS HeadsThrough FROM state
        """;

    public const string LargestAccountId = "SELECT coalesce(max(id), 0) FROM users";

    public const string CountRefusal = "UPDATE state SET refusals = refusals + 1";

    public const string WriteState = "UPDATE state SET last_message_id = ?1, heads_through = ?2";

    public const string ReplayTail = """
        SELECT id, sender_id, recipient_id, previous_in_conversation FROM messages WHERE id > ?1 ORDER BY id
        """;

    public const string FindAccount = "SELECT id AS Id, username AS Username, status AS Status FROM users WHERE username = @username";

    public const string FindCredentials = """
        SELECT id AS Id, username AS Username, password_hash AS PasswordHash, status AS Status FROM users WHERE username = @username
        """;

    /// <summary>An account that was deleted meanwhile leaves nothing.</summary>
    public const string NoteNetwork = """
        INSERT INTO known_networks (user_id, mark, seen_at) SELECT ?1, ?2, ?3 FROM users WHERE id = ?1 AND status <> 2
        ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at
        """;

    public const string TrimNetworks = """
        DELETE FROM known_networks WHERE user_id = ?1 AND mark IN
            (SELECT mark FROM known_networks WHERE user_id = ?1 ORDER BY seen_at DESC LIMIT -1 OFFSET ?2)
        """;

    public const string ForgetNetworks = "DELETE FROM known_networks WHERE user_id = ?1";
    public const string FindNetwork = "SELECT seen_at FROM known_networks WHERE user_id = @accountId AND mark = @mark";
    public const string NetworkKey = "SELECT key FROM network_key";

    /// <summary>A cast takes the digits that a text begins with.</summary>
    public const string LargestHashNumber = """
        SELECT
            coalesce(max(CASE WHEN substr(password_hash, 1, length(@prefix)) = @prefix
                THEN CAST(substr(password_hash, length(@prefix) + 1, 12) AS INTEGER) END), 0) AS Largest,
            CASE WHEN count(*) < @count THEN 0 ELSE max(id) END AS LastAccount
        FROM (SELECT id, password_hash FROM users WHERE id > @after ORDER BY id LIMIT @count)
        """;

    public const string CreateAccount = """
        INSERT INTO users (username, password_hash, created_at) VALUES (@username, @passwordHash, @createdAt)
        ON CONFLICT (username) DO NOTHING RETURNING id
        """;

    public const string SetPasswordHash = "UPDATE users SET password_hash = @passwordHash WHERE id = @accountId AND status <> 2";
    public const string SetAccountStatus = "UPDATE users SET status = @status WHERE id = @accountId AND status <> 2";
    public const string DeleteAccount = "UPDATE users SET status = 2, password_hash = @unusable WHERE id = @accountId AND status <> 2";

    public const string OrderErasure = """
        INSERT INTO erasures (user_id, scanned_through) SELECT id, 0 FROM users WHERE id = @accountId
        ON CONFLICT DO UPDATE SET user_id = user_id
        """;

    public const string IsErasurePending = "SELECT count(*) FROM erasures WHERE user_id = @accountId";

    public const string FindAccountDetails = $"SELECT {AccountDetailsColumns} FROM users WHERE username = @username";

    public const string ListUsernames = """
        SELECT username FROM users WHERE username > @after AND status <> 2 ORDER BY username LIMIT @count
        """;

    public const string ListAccounts = $"""
        SELECT {AccountDetailsColumns} FROM users WHERE username > @after ORDER BY username LIMIT @count
        """;

    public const string ListContacts = """
        SELECT contact_id FROM contacts WHERE user_id = @accountId AND contact_id > @after ORDER BY contact_id LIMIT @count
        """;

    public const string ListBlocked = """
        SELECT blocked_id FROM blocks WHERE blocker_id = @blockerId AND blocked_id > @after ORDER BY blocked_id LIMIT @count
        """;

    public const string BlocksAnybody = "SELECT 1 FROM blocks WHERE blocker_id = ?1 LIMIT 1";
    public const string IsBlocked = "SELECT count(*) FROM blocks WHERE blocker_id = @blockerId AND blocked_id = @blockedId";

    public const string Block = """
        INSERT OR IGNORE INTO blocks (blocker_id, blocked_id, created_at) VALUES (@blockerId, @blockedId, @createdAt)
        """;

    public const string Unblock = "DELETE FROM blocks WHERE blocker_id = @blockerId AND blocked_id = @blockedId";
}
