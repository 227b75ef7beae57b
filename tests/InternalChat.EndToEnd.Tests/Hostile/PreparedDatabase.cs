using System.Globalization;
using InternalChat.EndToEnd.Tests.LegacyData;
using InternalChat.TestKit;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>
/// Accounts and conversations that are there before the server starts, as the original server would have left them: making thousands by
/// commands would take longer than what is tested.
/// </summary>
internal sealed class PreparedDatabase : IDisposable
{
    // No more than the servers of these tests hash with, so that a login does not hash anew.
    private const int Iterations = 1_000;

    private readonly LegacyDatabase _database;

    public PreparedDatabase(string path)
    {
        _database = LegacyDatabase.Create(path);
        _database.Execute("BEGIN");
    }

    public void AddUsers(params IEnumerable<string> names)
    {
        foreach (var name in names)
            _database.AddUser(name, UniqueName.PasswordOf(name), Iterations);
    }

    /// <summary>Accounts with which nobody logs in.</summary>
    public void AddOthers(int count)
    {
        for (var number = 0; number < count; number++)
        {
            _database.Execute(
                "INSERT INTO users VALUES ($name, 'nobody knows', 1600000000)",
                ("$name", string.Create(CultureInfo.InvariantCulture, $"other.user.{number}")));
        }
    }

    /// <summary>A conversation of so many messages of 100 bytes, all of which have been delivered.</summary>
    public void AddConversation(string sender, string recipient, int messages)
    {
        for (var number = 0; number < messages; number++)
        {
            _database.Execute(
                "INSERT INTO messages (sender, recipient, body, created_at, delivered_at) "
                    + "VALUES ($sender, $recipient, $body, 1600000000, 1600000001)",
                ("$sender", sender), ("$recipient", recipient), ("$body", new string('h', 100)));
        }
    }

    public void Dispose()
    {
        _database.Execute("COMMIT");
        _database.Dispose();
    }
}
