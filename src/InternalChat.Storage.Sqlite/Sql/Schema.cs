namespace InternalChat.Storage.Sqlite.Sql;

/// <summary>The tables of this version of the file, and how the file is recognised.</summary>
/// <remarks>
/// Rows of <c>messages</c> are never rewritten and have no secondary index: an append dirties the log's last page and nothing else. The
/// body stands last in the row, so that walking a chain never touches the overflow pages of a long one. The trigger makes deleting safe
/// whoever does it: the high-water mark outlives the newest rows, so their ids are never given again.
/// <para>
/// A message that is to be gone is overwritten in its place and stays as an empty row whose sender is not positive
/// (<c>RemovalSql.WipeMessage</c>): it keeps the chains whole that lead through it, and SQLite never moves a living row to another page,
/// which would leave a second copy of it in the free space of the first.
/// </para>
/// </remarks>
internal static class Schema
{
    /// <summary>"ICht" in the file's header: marks a database as ours.</summary>
    public const long ApplicationId = 0x49436874;

    /// <summary>
    /// The format of a file that this server writes. 1 and 2 were never released. A change of the format makes a new number, and a step in
    /// <c>Upgrades/</c> that writes a copy of the file first.
    /// </summary>
    public const long Version = 3;

    public static readonly string Create = $"""
        CREATE TABLE users {UsersColumns};
        {CreateNameIndex};
        CREATE TABLE messages (
            id INTEGER PRIMARY KEY,
            sender_id INTEGER NOT NULL,
            recipient_id INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            previous_in_conversation INTEGER NOT NULL,
            previous_in_mailbox INTEGER NOT NULL,
            body TEXT NOT NULL
        );
        CREATE TABLE receipts (
            message_id INTEGER PRIMARY KEY,
            read_at INTEGER NOT NULL
        );
        CREATE TABLE mailboxes (
            user_id INTEGER PRIMARY KEY,
            last_message_id INTEGER NOT NULL,
            delivered_through INTEGER NOT NULL
        );
        CREATE TABLE conversations (
            low_user_id INTEGER NOT NULL,
            high_user_id INTEGER NOT NULL,
            last_message_id INTEGER NOT NULL,
            {WritersColumn},
            PRIMARY KEY (low_user_id, high_user_id)
        ) WITHOUT ROWID;
        CREATE TABLE contacts (
            user_id INTEGER NOT NULL,
            contact_id INTEGER NOT NULL,
            PRIMARY KEY (user_id, contact_id)
        ) WITHOUT ROWID;
        CREATE TABLE blocks (
            blocker_id INTEGER NOT NULL,
            blocked_id INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (blocker_id, blocked_id)
        ) WITHOUT ROWID;
        {CreateErasures};
        {CreateRetention};
        {CreateKnownNetworks};
        {CreateNetworkKey};
        CREATE TABLE state (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            last_message_id INTEGER NOT NULL,
            heads_through INTEGER NOT NULL,
            refusals INTEGER NOT NULL DEFAULT 0,
            {UnlinkedThrough},
            {UsersToRewrite}
        );
        CREATE TRIGGER message_ids_are_never_reused AFTER DELETE ON messages
        WHEN old.id > (SELECT last_message_id FROM state)
        BEGIN
            UPDATE state SET last_message_id = old.id;
        END;
        INSERT INTO state (one, last_message_id, heads_through) VALUES (1, 0, 0);
        {CreateLineage};
        PRAGMA application_id = {ApplicationId};
        PRAGMA user_version = {Version};
        """;

    /// <summary>A random number by which the write-ahead log can be told that belongs to this file.</summary>
    private const string CreateLineage = """
        CREATE TABLE lineage (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            id INTEGER NOT NULL,
            base INTEGER NOT NULL
        );
        INSERT INTO lineage (one, id, base) VALUES (1, random(), 0)
        """;

    /// <summary>What retention remembers, in one row; times are Unix seconds, and null for none.</summary>
    private const string CreateRetention = """
        CREATE TABLE retention (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            permitted INTEGER,
            completed INTEGER,
            waits_for INTEGER,
            waited_seconds INTEGER NOT NULL,
            behind_seconds INTEGER NOT NULL
        )
        """;

    /// <summary>From which networks accounts have logged in: marks that only this file's key can make again from an address.</summary>
    private const string CreateKnownNetworks = """
        CREATE TABLE known_networks (
            user_id INTEGER NOT NULL,
            mark INTEGER NOT NULL,
            seen_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, mark)
        ) WITHOUT ROWID
        """;

    /// <summary>The key of <see cref="CreateKnownNetworks"/>.</summary>
    private const string CreateNetworkKey = """
        CREATE TABLE network_key (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            key BLOB NOT NULL
        );
        INSERT INTO network_key (one, key) VALUES (1, randomblob(32))
        """;

    /// <summary>
    /// Writes all accounts into a new table and index and zeroes the pages of the old ones, so that nothing that was ever overwritten,
    /// moved or deleted is left between the rows. In a transaction, with secure deletion on.
    /// </summary>
    public const string RewriteUsers = $"""
        CREATE TABLE rewritten_users {UsersColumns};
        INSERT INTO rewritten_users (id, username, password_hash, created_at, status)
        SELECT id, username, password_hash, created_at, status FROM users ORDER BY id;
        {ReplaceUsers};
        UPDATE state SET users_to_rewrite = 0;
        """;

    /// <summary>A set of <c>Heads.Writers</c>.</summary>
    private const string WritersColumn = "writers INTEGER NOT NULL DEFAULT 0";

    /// <summary>Ids are never given again, also when the newest account is gone.</summary>
    private const string UsersColumns = """
        (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            username TEXT NOT NULL,
            password_hash TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            status INTEGER NOT NULL DEFAULT 0
        )
        """;

    private const string CreateNameIndex = "CREATE UNIQUE INDEX users_by_name ON users (username)";

    /// <summary>Erasures that were ordered and are not complete; the log was gone through as far as <c>scanned_through</c>.</summary>
    private const string CreateErasures = """
        CREATE TABLE erasures (
            user_id INTEGER PRIMARY KEY,
            scanned_through INTEGER NOT NULL,
            is_wiped INTEGER NOT NULL DEFAULT 0
        )
        """;

    /// <summary>Up to this message a mailbox's chain may lack what was delivered: the original's messages.</summary>
    private const string UnlinkedThrough = "unlinked_through INTEGER NOT NULL DEFAULT 0";

    /// <summary>Whether an account was erased since the table of accounts was last written anew.</summary>
    private const string UsersToRewrite = "users_to_rewrite INTEGER NOT NULL DEFAULT 0";

    private const string ReplaceUsers = $"""
        DELETE FROM sqlite_sequence WHERE name = 'rewritten_users';
        INSERT INTO sqlite_sequence (name, seq) SELECT 'rewritten_users', seq FROM sqlite_sequence WHERE name = 'users';
        DROP TABLE users;
        ALTER TABLE rewritten_users RENAME TO users;
        {CreateNameIndex}
        """;
}
