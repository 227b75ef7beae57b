using Dapper;
using InternalChat.Storage.Sqlite.Heads;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Vfs;
using InternalChat.Storage.Sqlite.Writing;
using Microsoft.Data.Sqlite;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// Makes a database as the server would have left it after so many messages, but in one transaction without a journal and without a sync:
/// about a million rows a second.
/// </summary>
internal static class LogBuilder
{
    /// <summary>The log alone.</summary>
    public static string Cached(int users, int contacts, int rows) =>
        DatabaseFolder.Cached(
            $"log-{rows}-users-{users}-contacts-{contacts}", path => Build(path, new MessageStream(users, contacts), rows));

    /// <summary>Makes the database.</summary>
    /// <param name="path">The file, which does not exist yet.</param>
    /// <param name="messages">At its beginning; stands behind the last row afterwards.</param>
    /// <param name="rows">How many messages.</param>
    /// <param name="headsThrough">Up to which message the tables of heads are true; all if not given.</param>
    public static void Build(string path, MessageStream messages, int rows, int? headsThrough = null)
    {
        using var connection = BareConnection.Open(path);
        connection.Execute(
            "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
            + "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -1048576");
        connection.Execute(Schema.Create);

        connection.Execute("BEGIN TRANSACTION");
        connection.Execute(
            """
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < @Users)
            INSERT INTO users (id, username, password_hash, created_at) SELECT n, printf('user-%06d', n), '!', 1700000000 FROM numbers
            """,
            new { messages.Users });
        using (var append = new PreparedStatement(connection, WritingSql.Append))
        {
            var row = new AppendedRow();
            while (messages.LastId < rows)
            {
                if (messages.LastId == (headsThrough ?? rows))
                    WriteHeads(connection, messages);
                messages.Next(row);
                Append(append, row);
            }
        }

        if (messages.LastId == (headsThrough ?? rows))
            WriteHeads(connection, messages);
        WriteContacts(connection, messages);
        connection.Execute("COMMIT TRANSACTION");
        connection.Execute("PRAGMA journal_mode = WAL");
    }

    public static void Append(PreparedStatement append, AppendedRow row) =>
        append.Bind(1, row.Id).Bind(2, row.SenderId).Bind(3, row.RecipientId).Bind(4, row.CreatedAt)
            .Bind(5, row.PreviousInConversation).Bind(6, row.PreviousInMailbox).Bind(7, row.Utf8Body.Span).Execute();

    private static void WriteHeads(SqliteConnection connection, MessageStream messages)
    {
        using var conversation = new PreparedStatement(connection, HeadSql.WriteConversation);
        foreach (var (user, contact, last) in messages.Conversations.Where(each => each.UserId < each.ContactId))
            conversation.Bind(1, user).Bind(2, contact).Bind(3, last).Bind(4, 0).Execute();

        using var mailbox = new PreparedStatement(connection, HeadSql.WriteMailbox);
        foreach (var (user, last) in messages.Mailboxes.Where(each => each.LastMessageId != 0))
            mailbox.Bind(1, user).Bind(2, last).Bind(3, 0).Execute();

        using var state = new PreparedStatement(connection, HeadSql.WriteState);
        state.Bind(1, messages.LastId).Bind(2, messages.LastId).Execute();
    }

    private static void WriteContacts(SqliteConnection connection, MessageStream messages)
    {
        using var contact = new PreparedStatement(connection, WritingSql.AddContact);
        foreach (var (user, other, _) in messages.Conversations)
            contact.Bind(1, user).Bind(2, other).Execute();
    }
}

/// <summary>
/// Opens connections past the product, with the settings of its own, except that SQLite's own checkpoints serve them.
/// </summary>
internal static class BareConnection
{
    private static readonly DatabaseOptions Product = new() { Path = "" };

    /// <summary>For building.</summary>
    public static SqliteConnection Open(string path, string? vfs = null)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Vfs = vfs };
        var connection = new SqliteConnection(settings.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>A writer with a sync for each commit. A new file gets the product's tables.</summary>
    public static SqliteConnection OpenWriter(string path)
    {
        var connection = Open(path, SqliteVfs.Registered);
        if (connection.QuerySingle<long>("SELECT count(*) FROM sqlite_schema") == 0)
            connection.Execute(Schema.Create);
        connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        connection.Execute($"PRAGMA cache_size = -{Product.WriterPageCacheBytes >> 10}");
        return connection;
    }

    public static SqliteConnection OpenReader(string path)
    {
        var connection = Open(path);
        connection.Execute($"PRAGMA query_only = ON; PRAGMA cache_size = -{Product.ReaderPageCacheBytes / Product.Readers >> 10}");
        return connection;
    }
}
