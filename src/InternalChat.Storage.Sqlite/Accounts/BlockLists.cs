using Dapper;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Accounts;

/// <summary>
/// Who blocks whom: the table, and a bounded cache of whole lists in front, because the question is asked for every message and
/// the answer is nearly always "nobody". The writer's thread only.
/// </summary>
internal sealed class BlockLists(SqliteConnection connection, int capacity) : IDisposable
{
    /// <summary>A longer list is not cached but asked by key: what one account can make the cache hold must stay small.</summary>
    private const int LongestCached = 256;

    /// <summary>Stands for a list that is asked by key.</summary>
    private static readonly long[] TooLong = new long[1];

    private readonly GenerationalCache<long, long[]> _cache = new(capacity, blocked => 1 + (blocked.Length / 8));
    private readonly List<long> _changedInBatch = [];
    private readonly PreparedStatement _blocksAnybody = new(connection, AccountSql.BlocksAnybody);

    public bool IsBlocked(long blockerId, long blockedId)
    {
        if (!_cache.TryGet(blockerId, out var blocked))
        {
            blocked = Load(blockerId);
            _cache.Set(blockerId, blocked);
        }

        return ReferenceEquals(blocked, TooLong)
            ? connection.QuerySingle<long>(AccountSql.IsBlocked, new { blockerId, blockedId }) != 0
            : Array.BinarySearch(blocked, blockedId) >= 0;
    }

    /// <summary>Asked at each login, and not cached: a crowd of logins is not to push out the lists of those who get messages.</summary>
    public bool BlocksAnybody(long accountId)
    {
        try
        {
            return _blocksAnybody.Bind(1, accountId).Step();
        }
        finally
        {
            _blocksAnybody.Reset();
        }
    }

    /// <returns>Whether that was new.</returns>
    public bool Block(long blockerId, long blockedId, long createdAt)
    {
        Forget(blockerId);
        return connection.Execute(AccountSql.Block, new { blockerId, blockedId, createdAt }) > 0;
    }

    /// <returns>Whether there was something to undo.</returns>
    public bool Unblock(long blockerId, long blockedId)
    {
        Forget(blockerId);
        return connection.Execute(AccountSql.Unblock, new { blockerId, blockedId }) > 0;
    }

    public void Commit() => _changedInBatch.Clear();

    public void Rollback()
    {
        foreach (var blockerId in _changedInBatch)
            _cache.Remove(blockerId);
        _changedInBatch.Clear();
    }

    public void Dispose() => _blocksAnybody.Dispose();

    private void Forget(long blockerId)
    {
        _cache.Remove(blockerId);
        _changedInBatch.Add(blockerId);
    }

    private long[] Load(long blockerId)
    {
        long[] blocked = [.. connection.Query<long>(AccountSql.ListBlocked, new { blockerId, after = 0L, count = LongestCached + 1 })];
        return blocked.Length > LongestCached ? TooLong : blocked;
    }
}
