using InternalChat.Storage.Files;
using InternalChat.Storage.Heads;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage;

/// <summary>
/// Reads the database through a read-only connection of its own, beside the writer. Used by one thread at a time; each call is one short
/// read transaction or several, so a reader never keeps the WAL from being recycled. Sees committed messages at once and uncommitted ones
/// never.
/// </summary>
/// <remarks>Any member throws <see cref="StorageException"/> where the file cannot be read.</remarks>
public sealed class LogReader : IDisposable
{
    /// <summary>So many rows a read transaction: enough to make its cost small, few enough to end within a millisecond or so.</summary>
    private const int RowsPerTransaction = 256;

    private readonly SqliteConnection _connection;
    private readonly HeadCache _heads;
    private readonly AccountStore _accounts;
    private readonly GenerationalCache<long, byte[]> _names;
    private readonly PreparedStatement _begin;
    private readonly PreparedStatement _end;
    private readonly PreparedStatement _readMessage;
    private readonly PreparedStatement _senderName;
    private readonly PreparedStatement _previousInConversation;
    private readonly PreparedStatement _previousInMailbox;
    private readonly PreparedStatement _findConversation;
    private readonly PreparedStatement _findMailbox;

    internal LogReader(SqliteConnection connection, HeadCache heads, int cachedNames)
    {
        _connection = connection;
        _heads = heads;
        _accounts = new AccountStore(connection);
        _names = new GenerationalCache<long, byte[]>(cachedNames);
        _begin = new PreparedStatement(connection, Sql.BeginRead);
        _end = new PreparedStatement(connection, Sql.Rollback);
        _readMessage = new PreparedStatement(connection, Sql.ReadMessage);
        _senderName = new PreparedStatement(connection, Sql.SenderName);
        _previousInConversation = new PreparedStatement(connection, Sql.PreviousInConversation);
        _previousInMailbox = new PreparedStatement(connection, Sql.PreviousInMailbox);
        _findConversation = new PreparedStatement(connection, Sql.FindConversation);
        _findMailbox = new PreparedStatement(connection, Sql.FindMailbox);
    }

    /// <summary>Looks an account up by its case-sensitive name; null where there is none.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public Account? FindAccount(string username) => Translate(username, static (reader, name) => reader._accounts.Find(name));

    /// <summary>Looks up what a login is checked against; null where there is no such account.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public Credentials? FindCredentials(string username) =>
        Translate(username, static (reader, name) => reader._accounts.FindCredentials(name));

    /// <summary>Walks a conversation back from its newest committed message.</summary>
    /// <param name="userA">One of the two, in any order.</param>
    /// <param name="userB">The other.</param>
    /// <param name="newestFirst">Filled with ids, both directions, newest first.</param>
    /// <returns>How many ids were filled in: fewer than the span holds only where the conversation has no more.</returns>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public int WalkConversation(long userA, long userB, Span<long> newestFirst)
    {
        var (low, high) = (Math.Min(userA, userB), Math.Max(userA, userB));
        var next = Head(low, high, _findConversation);
        var count = 0;
        while (count < newestFirst.Length && next > 0)
            count += Walk(_previousInConversation, ref next, after: 0, newestFirst[count..]);
        return count;
    }

    /// <summary>Starts a walk over an account's messages with ids in (<paramref name="after"/>, <paramref name="through"/>].</summary>
    /// <param name="accountId">The recipient.</param>
    /// <param name="after">Usually <see cref="Mailbox.DeliveredThrough"/>.</param>
    /// <param name="through">Usually <see cref="Mailbox.LastMessageId"/>; what is not committed is left out.</param>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public MailboxWalk StartMailboxWalk(long accountId, long after, long through)
    {
        var walk = new MailboxWalk(after);
        Span<long> ids = stackalloc long[RowsPerTransaction];
        var next = Head(0, accountId, _findMailbox);
        while (next > after)
        {
            foreach (var id in ids[..Walk(_previousInMailbox, ref next, after, ids)])
            {
                if (id <= through)
                    walk.AddFromNewest(id);
            }
        }

        return walk;
    }

    /// <summary>The next ids of a walk, oldest first.</summary>
    /// <param name="walk">The walk, which moves on.</param>
    /// <param name="ascending">At least one long.</param>
    /// <returns>How many ids were filled in; 0 at the end of the walk.</returns>
    /// <exception cref="ArgumentException"><paramref name="ascending"/> is empty.</exception>
    /// <exception cref="StorageException">The file could not be read; the walk stands where it stood.</exception>
    public int NextPending(MailboxWalk walk, Span<long> ascending)
    {
        ArgumentNullException.ThrowIfNull(walk);
        if (ascending.IsEmpty)
            throw new ArgumentException("There is no room for an id.", nameof(ascending));

        Span<long> ids = stackalloc long[RowsPerTransaction];
        while (walk.IsSegmentRead && walk.NextSegment is { } next)
        {
            // Deleted meanwhile, a segment may have become shorter or empty.
            var left = MailboxWalk.SegmentLength;
            walk.BeginSegment();
            while (next > walk.After && left > 0)
            {
                var count = Walk(_previousInMailbox, ref next, walk.After, ids[..Math.Min(left, ids.Length)]);
                walk.AddToSegment(ids[..count]);
                left -= count;
            }

            walk.EndSegment();
        }

        return walk.Read(ascending);
    }

    /// <summary>Hands messages to a sink in the order of the ids given. Ids without a message (deleted, never given) are skipped.</summary>
    /// <returns>How many ids were consumed: all, or those up to and including the message at which the sink said stop.</returns>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public int ReadMessages(ReadOnlySpan<long> ids, IStoredMessageSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var consumed = 0;
        while (consumed < ids.Length)
        {
            var rows = ids.Slice(consumed, Math.Min(RowsPerTransaction, ids.Length - consumed));
            consumed += ReadRows(rows, sink, out var goesOn);
            if (!goesOn)
                break;
        }

        return consumed;
    }

    /// <summary>A page of all usernames, sorted by bytes.</summary>
    /// <param name="after">The last name of the page before; empty at first.</param>
    /// <param name="count">At most so many.</param>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public IReadOnlyList<string> ListUsernames(string after, int count) =>
        Translate((after, count), static (reader, page) => reader._accounts.ListUsernames(page.after, page.count));

    /// <summary>Everybody the account has ever exchanged a message with, sorted by id.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public IReadOnlyList<long> ListContacts(long accountId) =>
        Translate(accountId, static (reader, id) => reader._accounts.ListContacts(id));

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        foreach (var statement in new[]
                 {
                     _begin, _end, _readMessage, _senderName, _previousInConversation, _previousInMailbox, _findConversation, _findMailbox,
                 })
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private TResult Translate<TArgument, TResult>(TArgument argument, Func<LogReader, TArgument, TResult> query)
    {
        try
        {
            return query(this, argument);
        }
        catch (SqliteException failure)
        {
            throw SqliteFailure.From(failure);
        }
    }

    /// <summary>The newest committed message of a conversation or mailbox: the cache first, because the table is written behind.</summary>
    private long Head(long low, long high, PreparedStatement find)
    {
        if (_heads.TryGetCommitted(low, high, out var messageId))
            return messageId;

        try
        {
            if (low != 0)
                find.Bind(1, low).Bind(2, high);
            else
                find.Bind(1, high);
            return find.Step() ? find.Int64(0) : 0;
        }
        finally
        {
            find.Reset();
        }
    }

    /// <summary>Follows a chain back for one read transaction.</summary>
    /// <param name="previous">The chain.</param>
    /// <param name="next">The message to go on with; 0 where the chain has ended, at its beginning or at a deleted message.</param>
    /// <param name="after">Messages up to this id are not wanted.</param>
    /// <param name="descending">Takes the ids.</param>
    private int Walk(PreparedStatement previous, ref long next, long after, Span<long> descending)
    {
        var count = 0;
        _begin.Execute();
        try
        {
            while (count < descending.Length && count < RowsPerTransaction && next > after)
            {
                if (!previous.Bind(1, next).Step())
                {
                    next = 0;
                    break;
                }

                descending[count++] = next;
                next = previous.Int64(0);
                previous.Reset();
            }
        }
        finally
        {
            previous.Reset();
            EndRead();
        }

        return count;
    }

    private int ReadRows(ReadOnlySpan<long> ids, IStoredMessageSink sink, out bool goesOn)
    {
        goesOn = true;
        var consumed = 0;
        _begin.Execute();
        try
        {
            while (consumed < ids.Length && goesOn)
            {
                var id = ids[consumed++];
                if (_readMessage.Bind(1, id).Step())
                    goesOn = sink.Accept(Message(id));
                _readMessage.Reset();
            }
        }
        finally
        {
            _readMessage.Reset();
            EndRead();
        }

        return consumed;
    }

    private void EndRead()
    {
        try
        {
            _end.Execute();
        }
        catch (StorageException)
        {
            // SQLite has already ended it, because of a failure that is on its way to the caller.
        }
    }

    private StoredMessage Message(long id)
    {
        var senderId = _readMessage.Int64(0);
        return new StoredMessage
        {
            Id = id,
            SenderId = senderId,
            Sender = Name(senderId),
            CreatedAt = _readMessage.Int64(1),
            Body = _readMessage.Bytes(2),
        };
    }

    private byte[] Name(long accountId)
    {
        if (_names.TryGet(accountId, out var name))
            return name;

        try
        {
            if (!_senderName.Bind(1, accountId).Step())
                return [];
            name = _senderName.Bytes(0).ToArray();
            _names.Set(accountId, name);
            return name;
        }
        finally
        {
            _senderName.Reset();
        }
    }
}
