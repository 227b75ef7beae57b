using System.Globalization;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>Writes files as the original Python server did.</summary>
internal sealed class LegacyFile : IDisposable
{
    private readonly SqliteConnection _connection;

    public LegacyFile(string path, bool withReadAt = true, bool wal = false)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        if (wal)
            Run("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
        Run($"""
            CREATE TABLE users (username TEXT PRIMARY KEY, password_hash TEXT NOT NULL, created_at INTEGER NOT NULL);
            CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT NOT NULL, recipient TEXT NOT NULL, body TEXT NOT NULL,
                created_at INTEGER NOT NULL, delivered_at INTEGER NULL{(withReadAt ? ", read_at INTEGER NULL" : "")});
            CREATE INDEX pending ON messages (recipient, delivered_at);
            CREATE TABLE blocks (blocker TEXT, blocked TEXT, created_at INTEGER, PRIMARY KEY (blocker, blocked));
            """);
    }

    public void User(string name, string hash) => Run("INSERT INTO users VALUES (@0, @1, 1600000000)", name, hash);

    public void Message(long id, string sender, string recipient, string body, long createdAt, long? deliveredAt = null) =>
        Run(
            "INSERT INTO messages (id, sender, recipient, body, created_at, delivered_at) VALUES (@0, @1, @2, @3, @4, @5)",
            id, sender, recipient, body, createdAt, (object?)deliveredAt ?? DBNull.Value);

    public void Block(string blocker, string blocked) => Run("INSERT INTO blocks VALUES (@0, @1, 1600000000)", blocker, blocked);

    public void Run(string sql, params object[] values)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue("@" + i.ToString(CultureInfo.InvariantCulture), values[i]);
        command.ExecuteNonQuery();
    }

    public void Dispose() => _connection.Dispose();
}
