using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using InternalChat.Storage;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;

namespace InternalChat.BenchRunner.Databases;

/// <summary>
/// Fills a new database by the server's own append: users 0 to n − 1 named <c>user-0</c>…, each with conversations with the users after it,
/// messages spread over all conversations, all delivered. Every user's password is <see cref="Password"/>.
/// </summary>
internal static class DatabaseGenerator
{
    internal const string Password = "flood-password";

    private const int ConversationsPerUser = 10;
    private const int BodyBytes = 100;
    private const int BatchSize = 4_096;

    /// <summary>Writes some hundred thousand messages a second.</summary>
    internal static void Generate(string path, long messages, int conversations, CancellationToken cancellationToken)
    {
        using var database = ChatDatabase.Open(new DatabaseOptions { Path = path, Durability = Durability.Normal });
        var store = database.Writer;
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var users = CreateUsers(store, Math.Max(ConversationsPerUser + 1, conversations / ConversationsPerUser), now);
        var body = Encoding.UTF8.GetBytes(new string('x', BodyBytes));
        // A fixed seed: two runs write the same messages.
        var random = new Random(1);
        for (var written = 0L; written < messages; written++)
        {
            var conversation = random.Next(conversations);
            var first = users[conversation / ConversationsPerUser % users.Length];
            var second = users[(conversation / ConversationsPerUser + 1 + conversation % ConversationsPerUser) % users.Length];
            if ((written & 1) != 0)
                (first, second) = (second, first);
            store.Append(first, second, body, now);
            if (written % BatchSize == BatchSize - 1)
            {
                Commit(store);
                store.Maintain();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        Commit(store);
        foreach (var user in users)
            store.SetDeliveredThrough(user, database.LastMessageId);
    }

    private static long[] CreateUsers(IStoreWriter store, int count, long now)
    {
        var hash = Hash();
        var users = new long[count];
        for (var index = 0; index < count; index++)
        {
            var account = store.CreateAccount(string.Create(CultureInfo.InvariantCulture, $"user-{index}"), hash, now)
                ?? throw new BenchException("the database to be filled is not new");
            users[index] = account.Id;
        }

        Commit(store);
        return users;
    }

    /// <summary>As the server writes it, with the fewest iterations that it takes.</summary>
    private static string Hash()
    {
        const int iterations = 1_000;
        var salt = new byte[16];
        var digest = Rfc2898DeriveBytes.Pbkdf2(Password, salt, iterations, HashAlgorithmName.SHA256, 32);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"pbkdf2_sha256${iterations}${Convert.ToHexStringLower(salt)}${Convert.ToHexStringLower(digest)}");
    }

    private static void Commit(IStoreWriter store)
    {
        if (store.Commit() is { Outcome: not CommitOutcome.Stored, Failure: var failure })
            throw new BenchException($"the database could not be filled: {failure}");
    }
}
