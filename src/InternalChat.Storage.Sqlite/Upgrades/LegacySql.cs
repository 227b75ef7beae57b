namespace InternalChat.Storage.Sqlite.Upgrades;

/// <summary>
/// The SQL of the upgrade from the original server's tables, which are set aside as <c>legacy_…</c> while ours are filled.
/// </summary>
internal static class LegacySql
{
    public const string HasTables = """
        SELECT (SELECT count(*) FROM pragma_table_info('users') WHERE name IN ('username', 'password_hash', 'created_at')) = 3
           AND (SELECT count(*) FROM pragma_table_info('messages')
                WHERE name IN ('id', 'sender', 'recipient', 'body', 'created_at', 'delivered_at')) = 6
           AND (SELECT count(*) FROM pragma_table_info('blocks') WHERE name IN ('blocker', 'blocked', 'created_at')) = 3
        """;

    public const string HasReadAt = "SELECT count(*) FROM pragma_table_info('messages') WHERE name = 'read_at'";

    public const string SetAside = """
        ALTER TABLE users RENAME TO legacy_users;
        ALTER TABLE messages RENAME TO legacy_messages;
        ALTER TABLE blocks RENAME TO legacy_blocks;
        """;

    public const string CopyUsers = """
        INSERT INTO users (username, password_hash, created_at)
        SELECT username, coalesce(password_hash, '!'), coalesce(created_at, 0) FROM legacy_users WHERE username IS NOT NULL ORDER BY rowid
        """;

    /// <summary>Whom messages or blocks name without an account gets one that nobody can log in to, so that no message is lost.</summary>
    public const string AddMissingUsers = """
        INSERT INTO users (username, password_hash, created_at)
        SELECT name, '!', 0 FROM (
            SELECT sender AS name FROM legacy_messages UNION SELECT recipient FROM legacy_messages
            UNION SELECT blocker FROM legacy_blocks UNION SELECT blocked FROM legacy_blocks)
        WHERE name IS NOT NULL AND name NOT IN (SELECT username FROM users)
        ORDER BY name
        """;

    /// <summary>CROSS JOIN fixes the order of the loops: the messages stream by id, the names are looked up.</summary>
    public const string ReadMessages = """
        SELECT m.id, s.id, r.id, coalesce(m.created_at, 0), m.delivered_at IS NULL, coalesce(m.body, '')
        FROM legacy_messages m CROSS JOIN users s ON s.username = m.sender CROSS JOIN users r ON r.username = m.recipient
        ORDER BY m.id
        """;

    public const string CopyReceipts = """
        INSERT INTO receipts (message_id, read_at)
        SELECT id, read_at FROM legacy_messages WHERE read_at IS NOT NULL AND id IN (SELECT id FROM messages) ORDER BY id
        """;

    public const string CopyBlocks = """
        INSERT OR IGNORE INTO blocks (blocker_id, blocked_id, created_at)
        SELECT a.id, b.id, coalesce(o.created_at, 0)
        FROM legacy_blocks o JOIN users a ON a.username = o.blocker JOIN users b ON b.username = o.blocked
        ORDER BY a.id, b.id
        """;

    /// <summary>The original's own counter counts too: rows that it deleted had ids that clients have seen.</summary>
    public const string SetState = """
        UPDATE state SET last_message_id = max(
            coalesce((SELECT max(id) FROM messages), 0),
            coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'legacy_messages'), 0));
        UPDATE state SET heads_through = last_message_id, unlinked_through = last_message_id;
        """;

    public const string DropOld = """
        DROP TABLE legacy_users;
        DROP TABLE legacy_messages;
        DROP TABLE legacy_blocks;
        """;

    public const string CountUsers = "SELECT count(*) FROM users";
}
