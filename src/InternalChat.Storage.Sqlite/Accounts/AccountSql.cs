namespace InternalChat.Storage.Sqlite.Accounts;

/// <summary>Accounts, the networks they log in from, and whom they block.</summary>
internal static class AccountSql
{
    private const string AccountDetailsColumns =
        "id AS Id, username AS Username, created_at AS CreatedAt, status AS Status, password_hash <> '!' AS HasPassword";

    public const string Username = "SELECT username FROM users WHERE id = ?1";
    public const string FindAccount = "SELECT id AS Id, username AS Username, status AS Status FROM users WHERE username = @username";

    public const string FindCredentials = """
        SELECT id AS Id, username AS Username, password_hash AS PasswordHash, status AS Status FROM users WHERE username = @username
        """;

    /// <summary>An account that was deleted meanwhile leaves nothing.</summary>
    public const string NoteNetwork = """
        INSERT INTO known_networks (user_id, mark, seen_at) SELECT ?1, ?2, ?3 FROM users WHERE id = ?1 AND status <> 2
        ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at
        """;

    /// <summary>What was noted while the clock was ahead goes first: else nothing new is kept until the clock is there again.</summary>
    public const string TrimNetworks = """
        DELETE FROM known_networks WHERE user_id = ?1 AND mark IN
            (SELECT mark FROM known_networks WHERE user_id = ?1 ORDER BY seen_at <= ?3 DESC, seen_at DESC LIMIT -1 OFFSET ?2)
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
