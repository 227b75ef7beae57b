using Dapper;
using InternalChat.Storage;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Wal;
using InternalChat.Storage.Sqlite.Writing;
using Microsoft.Data.Sqlite;

namespace InternalChat.Benchmarks.Storage;

/// <summary>One way to append. A call is one transaction, on the disk when it returns.</summary>
internal interface IAppender : IDisposable
{
    void Append(AppendedRow[] batch);
}

/// <summary>The product's statement, bound through the connection's own SQLite handle, and nothing else of the product.</summary>
internal sealed class StatementAppender : IAppender
{
    private readonly SqliteConnection _connection;
    private readonly WriteTransaction _transaction;
    private readonly PreparedStatement _append;

    public StatementAppender(string path)
    {
        _connection = BareConnection.OpenWriter(path);
        _transaction = new WriteTransaction(_connection, new StorageMetrics(), TimeProvider.System);
        _append = new PreparedStatement(_connection, WritingSql.Append);
    }

    public void Append(AppendedRow[] batch)
    {
        _transaction.BeginUnlessOpen();
        foreach (var row in batch)
            LogBuilder.Append(_append, row);
        _transaction.Commit();
    }

    public void Dispose()
    {
        _append.Dispose();
        _transaction.Dispose();
        _connection.Dispose();
    }
}

/// <summary>The product's whole append: chains, heads, writing behind and its own checkpoints, called as the engine calls it.</summary>
internal sealed class StoreWriterAppender(DatabaseOptions options, bool marksDelivered = false) : IAppender
{
    private readonly ChatDatabase _database = ChatDatabase.Open(options);

    public void Append(AppendedRow[] batch)
    {
        var store = _database.Writer;
        foreach (var row in batch)
            store.Append(row.SenderId, row.RecipientId, row.Utf8Body.Span, row.CreatedAt);
        Checked.Equal(CommitOutcome.Stored, store.Commit().Outcome);

        if (marksDelivered)
        {
            foreach (var row in batch)
                store.SetDeliveredThrough(row.RecipientId, row.Id);
        }

        store.Maintain();
    }

    public void Dispose() => _database.Dispose();
}

/// <summary>Compares the end of a log with what was to be appended.</summary>
internal static class AppendCheck
{
    public static void LastRows(string path, IReadOnlyList<AppendedRow> expected)
    {
        using var connection = BareConnection.OpenReader(path);
        var rows = connection.Query<AppendedRow>(
            """
            SELECT id, sender_id AS SenderId, recipient_id AS RecipientId, created_at AS CreatedAt,
                previous_in_conversation AS PreviousInConversation, previous_in_mailbox AS PreviousInMailbox, body
            FROM messages WHERE id >= @Id AND typeof(body) = 'text' ORDER BY id
            """,
            new { expected[0].Id }).AsList();
        Checked.Equal(expected.Count, rows.Count);
        foreach (var (appended, row) in expected.Zip(rows))
        {
            Checked.Equal(appended.Id, row.Id);
            Checked.Equal((appended.SenderId, appended.RecipientId), (row.SenderId, row.RecipientId));
            Checked.Equal(appended.PreviousInConversation, row.PreviousInConversation);
            Checked.Equal(appended.PreviousInMailbox, row.PreviousInMailbox);
            Checked.Equal((appended.CreatedAt, appended.Body), (row.CreatedAt, row.Body));
        }
    }
}
