using System.Globalization;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>
/// Writes files as version 1 of this server did, which linked messages, wrote contacts with the first message of a conversation, and wrote
/// heads and delivered marks behind.
/// </summary>
internal sealed class Version1File : IDisposable
{
    /// <summary>The schema of that version, word for word.</summary>
    private const string Schema = """
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

    private readonly SqliteConnection _connection;
    private readonly Dictionary<(long Low, long High), long> _conversations = [];
    private readonly Dictionary<long, (long Last, long Delivered)> _mailboxes = [];
    private long _lastMessageId;

    public Version1File(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        Run("PRAGMA page_size = 4096; PRAGMA wal_autocheckpoint = 0");
        Run(Schema);
        Run("PRAGMA journal_mode = WAL");
    }

    public long Account(string name, string hash) =>
        Run("INSERT INTO users (username, password_hash, created_at) VALUES (@0, @1, 1700000000) RETURNING id", name, hash);

    public long Message(long sender, long recipient, string body)
    {
        var key = (Math.Min(sender, recipient), Math.Max(sender, recipient));
        var (inConversation, mailbox) = (_conversations.GetValueOrDefault(key), _mailboxes.GetValueOrDefault(recipient));
        var id = ++_lastMessageId;
        Run(
            "INSERT INTO messages VALUES (@0, @1, @2, @3, @4, @5, @6)",
            id, sender, recipient, 1_700_000_000 + id, inConversation, mailbox.Last, body);
        if (inConversation == 0)
            Run("INSERT INTO contacts VALUES (@0, @1), (@1, @0)", sender, recipient);
        _conversations[key] = id;
        _mailboxes[recipient] = mailbox with { Last = id };
        return id;
    }

    public void Read(long messageId) => Run("INSERT INTO receipts VALUES (@0, 1700000777)", messageId);

    public void Block(long blocker, long blocked) => Run("INSERT INTO blocks VALUES (@0, @1, 1700000888)", blocker, blocked);

    public void Deliver(long recipient, long through) => _mailboxes[recipient] = _mailboxes[recipient] with { Delivered = through };

    /// <summary>
    /// Writes the heads and marks as they are now: the tables are true up to the newest message; what follows is only in the log.
    /// </summary>
    public void WriteBehind()
    {
        foreach (var ((low, high), last) in _conversations)
            Run("INSERT OR REPLACE INTO conversations VALUES (@0, @1, @2)", low, high, last);
        foreach (var (owner, (last, delivered)) in _mailboxes)
            Run("INSERT OR REPLACE INTO mailboxes VALUES (@0, @1, @2)", owner, last, delivered);
        Run("UPDATE state SET last_message_id = @0, heads_through = @0", _lastMessageId);
    }

    /// <returns>The first column of the first row, where it is a number.</returns>
    public long Run(string sql, params object[] values)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue("@" + i.ToString(CultureInfo.InvariantCulture), values[i]);
        return command.ExecuteScalar() as long? ?? 0;
    }

    public void Dispose() => _connection.Dispose();
}
