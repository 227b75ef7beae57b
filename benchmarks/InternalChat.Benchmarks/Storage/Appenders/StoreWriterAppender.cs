using InternalChat.Benchmarks.Protocol;
using InternalChat.Storage;
using InternalChat.Storage.Sqlite;

namespace InternalChat.Benchmarks.Storage.Appenders;

/// <summary>The product's whole append: chains, heads, writing behind and its own checkpoints, called as the engine calls it.</summary>
internal sealed class StoreWriterAppender(DatabaseOptions options, bool marksDelivered = false) : IAppender
{
    private readonly ChatDatabase _database = ChatDatabase.Open(options);

    public StoreWriterAppender(string path)
        : this(new DatabaseOptions { Path = path })
    {
    }

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
