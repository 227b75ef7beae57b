using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Heads;

/// <summary>The writer's way to a head: the cache, and the table where the cache does not have it. The writer's thread only.</summary>
internal sealed class HeadLookup(SqliteConnection connection, HeadCache cache) : IDisposable
{
    private readonly PreparedStatement _findConversation = new(connection, HeadSql.FindConversation);
    private readonly PreparedStatement _findMailbox = new(connection, HeadSql.FindMailbox);

    /// <returns>The conversation's slot in the cache, as long-lived as <see cref="HeadCache.Find"/> says.</returns>
    public int Conversation(long userA, long userB)
    {
        var (low, high) = userA < userB ? (userA, userB) : (userB, userA);
        var slot = cache.Find(low, high);
        if (slot >= 0)
            return slot;

        try
        {
            return _findConversation.Bind(1, low).Bind(2, high).Step()
                ? cache.Add(low, high, _findConversation.Int64(0), delivered: null, (Writers)_findConversation.Int64(1))
                : cache.Add(low, high, 0, delivered: null);
        }
        finally
        {
            _findConversation.Reset();
        }
    }

    /// <returns>The mailbox's slot in the cache, as long-lived as <see cref="HeadCache.Find"/> says.</returns>
    public int Mailbox(long accountId)
    {
        var slot = cache.Find(0, accountId);
        if (slot >= 0)
            return slot;

        try
        {
            return _findMailbox.Bind(1, accountId).Step()
                ? cache.Add(0, accountId, _findMailbox.Int64(0), _findMailbox.Int64(1))
                : cache.Add(0, accountId, 0, delivered: 0);
        }
        finally
        {
            _findMailbox.Reset();
        }
    }

    /// <summary>The delivered mark, looked up late for a mailbox that came from the log's tail at the start.</summary>
    public long Delivered(int slot, long accountId)
    {
        if (cache.Delivered(slot) is { } known)
            return known;

        try
        {
            var delivered = _findMailbox.Bind(1, accountId).Step() ? _findMailbox.Int64(1) : 0;
            cache.SetDelivered(slot, delivered);
            return delivered;
        }
        finally
        {
            _findMailbox.Reset();
        }
    }

    public void Dispose()
    {
        _findConversation.Dispose();
        _findMailbox.Dispose();
    }
}
