using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Writing;

/// <summary>Who may mark a message as read, and whether that was done. The writer's thread only.</summary>
internal sealed class Receipts(SqliteConnection connection, int recentMessages) : IDisposable
{
    private readonly PreparedStatement _find = new(connection, WritingSql.FindForReceipt);
    private readonly PreparedStatement _add = new(connection, WritingSql.AddReceipt);

    public RecentMessages Recent { get; } = new(recentMessages);

    public bool TryFind(long messageId, out long senderId, out long recipientId, out bool isRead)
    {
        if (Recent.TryFind(messageId, out senderId, out recipientId, out isRead))
            return true;

        try
        {
            var exists = _find.Bind(1, messageId).Step();
            (senderId, recipientId) = exists ? (_find.Int64(0), _find.Int64(1)) : (0, 0);
            isRead = exists && _find.Int64(2) != 0;
            return exists;
        }
        finally
        {
            _find.Reset();
        }
    }

    /// <summary>Adds a receipt within the transaction that is open.</summary>
    public void Add(long messageId, long readAt)
    {
        _add.Bind(1, messageId).Bind(2, readAt).Execute();
        Recent.MarkRead(messageId);
    }

    public void Dispose()
    {
        _find.Dispose();
        _add.Dispose();
    }
}
