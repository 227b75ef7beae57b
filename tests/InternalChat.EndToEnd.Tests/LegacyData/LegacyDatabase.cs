using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace InternalChat.EndToEnd.Tests.LegacyData;

/// <summary>Writes a database file as the original server did.</summary>
internal sealed class LegacyDatabase : IDisposable
{
    private const int Iterations = 180_000;
    private readonly SqliteConnection _connection;

    private LegacyDatabase(SqliteConnection connection) => _connection = connection;

    public static LegacyDatabase Create(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        var database = new LegacyDatabase(connection);
        database.Execute(
            """
            CREATE TABLE IF NOT EXISTS users (username TEXT PRIMARY KEY, password_hash TEXT NOT NULL, created_at INTEGER NOT NULL);
            CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT NOT NULL, recipient TEXT NOT NULL,
                body TEXT NOT NULL, created_at INTEGER NOT NULL, delivered_at INTEGER NULL, read_at INTEGER NULL);
            CREATE TABLE IF NOT EXISTS blocks (blocker TEXT NOT NULL, blocked TEXT NOT NULL, created_at INTEGER NOT NULL,
                PRIMARY KEY (blocker, blocked));
            """);
        return database;
    }

    public void AddUser(string name, string password, int iterations = Iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var digest = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, 32);
        var hash = string.Create(
            CultureInfo.InvariantCulture,
            $"pbkdf2_sha256${iterations}${Convert.ToHexStringLower(salt)}${Convert.ToHexStringLower(digest)}");
        Execute("INSERT INTO users VALUES ($name, $hash, 1600000000)", ("$name", name), ("$hash", hash));
    }

    public void AddMessage(LegacyMessage message) => Execute(
        "INSERT INTO messages VALUES ($id, $sender, $recipient, $body, $created, $delivered, $read)",
        ("$id", message.Id), ("$sender", message.Sender), ("$recipient", message.Recipient), ("$body", message.Body),
        ("$created", message.CreatedAt), ("$delivered", message.DeliveredAt), ("$read", message.ReadAt));

    public void AddBlock(string blocker, string blocked) =>
        Execute("INSERT INTO blocks VALUES ($blocker, $blocked, 1600000000)", ("$blocker", blocker), ("$blocked", blocked));

    public void Execute(string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        command.ExecuteNonQuery();
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>The ids in the messages table of a database of the original, or null where the file is none.</summary>
    public static IReadOnlyList<long>? MessageIdsIn(string path)
    {
        try
        {
            var source = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false };
            using var connection = new SqliteConnection(source.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT id FROM messages WHERE delivered_at IS NULL OR delivered_at > 0 ORDER BY id";
            using var rows = command.ExecuteReader();
            var ids = new List<long>();
            while (rows.Read())
                ids.Add(rows.GetInt64(0));
            return ids;
        }
        catch (SqliteException)
        {
            return null;
        }
    }
}
