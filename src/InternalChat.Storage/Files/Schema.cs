namespace InternalChat.Storage.Files;

/// <summary>The tables of this version of the file, and how the file is recognised.</summary>
/// <remarks>
/// Rows of <c>messages</c> are never rewritten and have no secondary index: an append dirties the log's last page and nothing else. The
/// body stands last in the row, so that walking a chain never touches the overflow pages of a long one. The trigger makes deleting safe
/// whoever does it: the high-water mark outlives the newest rows, so their ids are never given again.
/// </remarks>
internal static class Schema
{
    /// <summary>"ICht" in the file's header: marks a database as ours.</summary>
    public const long ApplicationId = 0x49436874;

    public const long Version = 1;

    public const string Create = """
        CREATE TABLE users (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            username TEXT NOT NULL UNIQUE,
            password_hash TEXT NOT NULL,
            created_at INTEGER NOT NULL
        );
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
        CREATE TABLE state (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            last_message_id INTEGER NOT NULL,
            heads_through INTEGER NOT NULL,
            refusals INTEGER NOT NULL DEFAULT 0
        );
        CREATE TRIGGER message_ids_are_never_reused AFTER DELETE ON messages
        WHEN old.id > (SELECT last_message_id FROM state)
        BEGIN
            UPDATE state SET last_message_id = old.id;
        END;
        INSERT INTO state (one, last_message_id, heads_through) VALUES (1, 0, 0);
        PRAGMA application_id = 1229154420;
        PRAGMA user_version = 1;
        """;
}
