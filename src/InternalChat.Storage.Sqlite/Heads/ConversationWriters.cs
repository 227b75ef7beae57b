using InternalChat.Storage.Sqlite.Accounts;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Wal;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Heads;

/// <summary>Which of the two have written in a conversation. A flag that is set is never taken back.</summary>
[Flags]
internal enum Writers : byte
{
    None = 0,

    /// <summary>The one with the lower id.</summary>
    Low = 1,

    /// <summary>The one with the higher id.</summary>
    High = 2,

    Both = Low | High,

    /// <summary>
    /// Noted since the first message, so that a flag that is missing means that this one never wrote. Conversations of the original
    /// server do not have it: there only the messages tell.
    /// </summary>
    SinceFirst = 4,
}

/// <summary>Answers, on a reader's connection, whether both have written in a conversation. One thread at a time.</summary>
/// <remarks>
/// Nearly always one look at the cache of heads or at the table. Of a conversation of the original server the messages are read back until
/// both are found: few where the two talk with each other, and all where only one ever wrote. That is remembered, and stays right,
/// because what was written since is noted.
/// </remarks>
internal sealed class ConversationWriters(SqliteConnection connection, HeadCache heads, ReaderGate gate) : IDisposable
{
    /// <summary>Some 100 bytes each.</summary>
    private const int RememberedConversations = 16_384;

    private readonly ReadTransaction _transaction = new(connection, gate);
    private readonly PreparedStatement _find = new(connection, HeadSql.FindConversation);
    private readonly PreparedStatement _previous = new(connection, HeadSql.PreviousInConversation);
    private readonly GenerationalCache<(long Low, long High), Writers> _ofOldMessages = new(RememberedConversations);

    /// <summary>Who wrote a message from one to the other.</summary>
    public static Writers Of(long senderId, long recipientId) => senderId < recipientId ? Writers.Low : Writers.High;

    /// <summary>Whether each of two has written at least one message to the other.</summary>
    public bool AreBoth(long userA, long userB)
    {
        var (low, high) = userA < userB ? (userA, userB) : (userB, userA);
        var (head, writers) = Noted(low, high);
        if (head != 0 && (writers & Writers.SinceFirst) == 0 && (writers & Writers.Both) != Writers.Both)
            writers |= OfMessages(low, high, head, writers);
        return (writers & Writers.Both) == Writers.Both;
    }

    public void Dispose()
    {
        _transaction.Dispose();
        _find.Dispose();
        _previous.Dispose();
    }

    /// <summary>
    /// What was noted: the cache is ahead of the table, but after a crash it may hold only what the log's tail tells.
    /// </summary>
    private (long Head, Writers Writers) Noted(long low, long high)
    {
        if (heads.TryGetCommitted(low, high, out var head, out var writers) && (writers & Writers.SinceFirst) != 0)
            return (head, writers);
        try
        {
            return _find.Bind(1, low).Bind(2, high).Step()
                ? (Math.Max(head, _find.Int64(0)), writers | (Writers)_find.Int64(1))
                : (head, writers);
        }
        finally
        {
            _find.Reset();
        }
    }

    private Writers OfMessages(long low, long high, long head, Writers known)
    {
        if (_ofOldMessages.TryGet((low, high), out var found))
            return found;
        for (var next = head; next > 0 && ((known | found) & Writers.Both) != Writers.Both;)
            found |= OfNextMessages(low, ref next);
        _ofOldMessages.Set((low, high), found);
        return found;
    }

    private Writers OfNextMessages(long low, ref long next)
    {
        var found = Writers.None;
        _transaction.Begin();
        try
        {
            for (var rows = 0; rows < ChainReader.RowsPerTransaction && next > 0; rows++)
            {
                // The chain ends at what is gone.
                var isThere = _previous.Bind(1, next).Step() && _previous.Int64(1) > 0;
                if (isThere)
                    found |= _previous.Int64(1) == low ? Writers.Low : Writers.High;
                next = isThere ? ChainReader.Back(_previous.Int64(0), next) : 0;
                _previous.Reset();
            }
        }
        finally
        {
            _previous.Reset();
            _transaction.End();
        }

        return found;
    }
}
