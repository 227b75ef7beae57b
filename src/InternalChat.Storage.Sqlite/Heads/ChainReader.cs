using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Wal;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Heads;

/// <summary>
/// Follows the back-pointers of conversations and mailboxes on a reader's connection, a short read transaction for each call. One thread at
/// a time.
/// </summary>
internal sealed class ChainReader(SqliteConnection connection, HeadCache heads, ReaderGate gate) : IDisposable
{
    /// <summary>So many rows a read transaction: enough to make its cost small, few enough to end within a millisecond or so.</summary>
    public const int RowsPerTransaction = 256;

    private readonly ReadTransaction _transaction = new(connection, gate);
    private readonly PreparedStatement _previousInConversation = new(connection, HeadSql.PreviousInConversation);
    private readonly PreparedStatement _previousInMailbox = new(connection, HeadSql.PreviousInMailbox);
    private readonly PreparedStatement _findConversation = new(connection, HeadSql.FindConversation);
    private readonly PreparedStatement _findMailbox = new(connection, HeadSql.FindMailbox);

    /// <summary>A conversation's newest committed message; 0 for none.</summary>
    public long ConversationHead(long low, long high) =>
        heads.TryGetCommitted(low, high, out var messageId) ? messageId : Find(_findConversation.Bind(1, low).Bind(2, high));

    /// <summary>A mailbox's newest committed message; 0 for none.</summary>
    public long MailboxHead(long accountId) =>
        heads.TryGetCommitted(0, accountId, out var messageId) ? messageId : Find(_findMailbox.Bind(1, accountId));

    /// <summary>Follows a conversation back, to its first message or to one that is gone, whatever it was that went.</summary>
    /// <param name="next">The message to go on with; 0 where the chain has ended.</param>
    /// <param name="descending">Takes the ids.</param>
    /// <returns>How many ids were filled in.</returns>
    public int WalkConversation(ref long next, Span<long> descending) =>
        Walk(_previousInConversation, ref next, after: 0, descending, endsAtWiped: true);

    /// <summary>Follows a mailbox back, through messages that were wiped.</summary>
    /// <param name="next">The message to go on with; 0 where the chain has ended, at its beginning or at a deleted message.</param>
    /// <param name="after">Messages up to this id are not wanted.</param>
    /// <param name="descending">Takes the ids.</param>
    /// <returns>How many ids were filled in.</returns>
    public int WalkMailbox(ref long next, long after, Span<long> descending) =>
        Walk(_previousInMailbox, ref next, after, descending, endsAtWiped: false);

    public void Dispose()
    {
        _transaction.Dispose();
        _previousInConversation.Dispose();
        _previousInMailbox.Dispose();
        _findConversation.Dispose();
        _findMailbox.Dispose();
    }

    /// <summary>A damaged row may point anywhere; one that does not lead back would lead round and round.</summary>
    public static long Back(long previous, long next) => previous < next ? previous : 0;

    /// <summary>The table's word, where the cache, which is ahead of it, does not hold the head.</summary>
    private static long Find(PreparedStatement find)
    {
        try
        {
            return find.Step() ? find.Int64(0) : 0;
        }
        finally
        {
            find.Reset();
        }
    }

    private int Walk(PreparedStatement previous, ref long next, long after, Span<long> descending, bool endsAtWiped)
    {
        var count = 0;
        _transaction.Begin();
        try
        {
            while (count < descending.Length && count < RowsPerTransaction && next > after)
            {
                if (!previous.Bind(1, next).Step() || (endsAtWiped && previous.Int64(1) <= 0))
                {
                    next = 0;
                    break;
                }

                descending[count++] = next;
                next = Back(previous.Int64(0), next);
                previous.Reset();
            }
        }
        finally
        {
            previous.Reset();
            _transaction.End();
        }

        return count;
    }
}
