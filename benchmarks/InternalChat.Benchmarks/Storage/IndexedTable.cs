using Dapper;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// The rival of the back-pointers: the same messages in a table with an index over the conversation and one over the recipient, both as
/// good as they can be (freshly built, so without gaps; the query for the history reads the index twice rather than sort).
/// </summary>
internal sealed class IndexedTable : IDisposable
{
    private const string History = """
        SELECT m.id AS Id, u.username AS Sender, m.created_at AS CreatedAt, m.body AS Body
        FROM messages m JOIN users u ON u.id = m.sender_id
        WHERE min(m.sender_id, m.recipient_id) = @low AND max(m.sender_id, m.recipient_id) = @high AND m.id >=
            (SELECT min(id) FROM (SELECT id FROM messages
            WHERE min(sender_id, recipient_id) = @low AND max(sender_id, recipient_id) = @high ORDER BY id DESC LIMIT @limit))
        ORDER BY m.id
        """;

    private const string Pending = """
        SELECT m.id AS Id, u.username AS Sender, m.created_at AS CreatedAt, m.body AS Body
        FROM messages m JOIN users u ON u.id = m.sender_id
        WHERE m.recipient_id = @recipient AND m.id > @after ORDER BY m.id
        """;

    private readonly SqliteConnection _connection;
    private readonly PreparedStatement _history;
    private readonly PreparedStatement _pending;

    public IndexedTable(string path)
    {
        _connection = Rivals.OpenReader(path);
        _history = new PreparedStatement(_connection, History);
        _pending = new PreparedStatement(_connection, Pending);
    }

    /// <summary>The messages of a log, indexed.</summary>
    public static string Cached(string log) => DatabaseFolder.Cached($"indexed-{Path.GetFileNameWithoutExtension(log)}", path =>
    {
        using var connection = Rivals.Open(path);
        connection.Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576");
        connection.Execute("ATTACH @log AS log", new { log });
        connection.Execute(
            """
            CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE);
            CREATE TABLE messages (id INTEGER PRIMARY KEY, sender_id INTEGER NOT NULL, recipient_id INTEGER NOT NULL,
                created_at INTEGER NOT NULL, body TEXT NOT NULL);
            INSERT INTO users SELECT id, username FROM log.users;
            INSERT INTO messages SELECT id, sender_id, recipient_id, created_at, body FROM log.messages;
            CREATE INDEX by_conversation ON messages (min(sender_id, recipient_id), max(sender_id, recipient_id));
            CREATE INDEX by_recipient ON messages (recipient_id);
            PRAGMA main.journal_mode = WAL;
            """);
    });

    public void ReadHistory(long userA, long userB, int limit, ReadOutput output)
    {
        _history.Bind(1, Math.Min(userA, userB)).Bind(2, Math.Max(userA, userB)).Bind(3, limit);
        Read(_history, output);
    }

    public void ReadPending(long recipient, long after, ReadOutput output)
    {
        _pending.Bind(1, recipient).Bind(2, after);
        Read(_pending, output);
    }

    /// <summary>The same through Dapper.</summary>
    public void QueryHistory(long userA, long userB, int limit, ReadOutput output) =>
        Query(History, new { low = Math.Min(userA, userB), high = Math.Max(userA, userB), limit }, output);

    /// <summary>The same through Dapper.</summary>
    public void QueryPending(long recipient, long after, ReadOutput output) => Query(Pending, new { recipient, after }, output);

    /// <summary>The mark after which so many messages are pending.</summary>
    public long MarkBefore(long recipient, int pending) =>
        _connection.QuerySingle<long>(
            "SELECT id FROM messages WHERE recipient_id = @recipient ORDER BY id DESC LIMIT 1 OFFSET @pending", new { recipient, pending });

    public void Dispose()
    {
        _history.Dispose();
        _pending.Dispose();
        _connection.Dispose();
    }

    private static void Read(PreparedStatement statement, ReadOutput output)
    {
        while (statement.Step())
            output.Add(statement.Int64(0), statement.Bytes(1), statement.Int64(2), statement.Bytes(3));
        statement.Reset();
    }

    private void Query(string sql, object parameters, ReadOutput output)
    {
        foreach (var row in _connection.Query<MessageRow>(sql, parameters, buffered: false))
            output.Add(row.Id, row.Sender, row.CreatedAt, row.Body);
    }

    /// <summary>A row as the mapper fills it.</summary>
    private sealed class MessageRow
    {
        public long Id { get; set; }

        public string Sender { get; set; } = "";

        public long CreatedAt { get; set; }

        public string Body { get; set; } = "";
    }
}
