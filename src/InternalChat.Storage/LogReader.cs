using InternalChat.Storage.Accounts;
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
    private readonly SqliteConnection _connection;
    private readonly ChainReader _chains;
    private readonly AccountStore _accounts;
    private readonly AccountNames _names;
    private readonly ConversationWriters _writers;
    private readonly ReadTransaction _transaction;
    private readonly PreparedStatement _readMessage;

    internal LogReader(SqliteConnection connection, HeadCache heads, ReaderGate gate, int cachedNames)
    {
        _connection = connection;
        _chains = new ChainReader(connection, heads, gate);
        _accounts = new AccountStore(connection);
        _names = new AccountNames(connection, cachedNames);
        _writers = new ConversationWriters(connection, heads, gate);
        _transaction = new ReadTransaction(connection, gate);
        _readMessage = new PreparedStatement(connection, Sql.ReadMessage);
    }

    /// <summary>Looks an account up by its case-sensitive name; null where there is none.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public Account? FindAccount(string username) => Translate(username, static (reader, name) => reader._accounts.Find(name));

    /// <summary>Looks up what a login is checked against; null where there is no such account.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public Credentials? FindCredentials(string username) =>
        Translate(username, static (reader, name) => reader._accounts.FindCredentials(name));

    /// <summary>The random bytes of this file under which marks of networks are made.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public byte[] ReadNetworkKey() => Translate(0, static (reader, _) => reader._accounts.NetworkKey());

    /// <summary>When the account was last noted to log in from a network, in Unix seconds; null if it never was.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public long? FindNetwork(long accountId, long mark) =>
        Translate((accountId, mark), static (reader, known) => reader._accounts.FindNetwork(known.accountId, known.mark));

    /// <summary>
    /// The largest number that follows this prefix in the password hash of any account; 0 if none has it. Reads all accounts.
    /// </summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public long LargestHashNumber(string prefix) =>
        Translate(prefix, static (reader, prefix) => reader._accounts.LargestHashNumber(prefix));

    /// <summary>Walks a conversation back from its newest committed message.</summary>
    /// <param name="userA">One of the two, in any order.</param>
    /// <param name="userB">The other.</param>
    /// <param name="newestFirst">Filled with ids, both directions, newest first.</param>
    /// <returns>How many ids were filled in: fewer than the span holds only where the conversation has no more.</returns>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public int WalkConversation(long userA, long userB, Span<long> newestFirst)
    {
        var next = _chains.ConversationHead(Math.Min(userA, userB), Math.Max(userA, userB));
        var count = 0;
        while (count < newestFirst.Length && next > 0)
            count += _chains.WalkConversation(ref next, newestFirst[count..]);
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
        Span<long> ids = stackalloc long[ChainReader.RowsPerTransaction];
        var next = _chains.MailboxHead(accountId);
        while (next > after)
        {
            foreach (var id in ids[.._chains.WalkMailbox(ref next, after, ids)])
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

        Span<long> ids = stackalloc long[ChainReader.RowsPerTransaction];
        while (walk.IsSegmentRead && walk.NextSegment is { } next)
        {
            // Deleted meanwhile, a segment may have become shorter or empty.
            var left = MailboxWalk.SegmentLength;
            walk.BeginSegment();
            while (next > walk.After && left > 0)
            {
                var count = _chains.WalkMailbox(ref next, walk.After, ids[..Math.Min(left, ids.Length)]);
                walk.AddToSegment(ids[..count]);
                left -= count;
            }

            walk.EndSegment();
        }

        return walk.Read(ascending);
    }

    /// <summary>Hands messages to a sink in the order of the ids given. Ids without a message (deleted, wiped, never given) are
    /// skipped.</summary>
    /// <returns>How many ids were consumed: all, or those up to and including the message at which the sink said stop.</returns>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public int ReadMessages(ReadOnlySpan<long> ids, IStoredMessageSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var consumed = 0;
        while (consumed < ids.Length)
        {
            var rows = ids.Slice(consumed, Math.Min(ChainReader.RowsPerTransaction, ids.Length - consumed));
            consumed += ReadRows(rows, sink, out var goesOn);
            if (!goesOn)
                break;
        }

        return consumed;
    }

    /// <summary>A page of all usernames but those of deleted accounts, sorted by bytes.</summary>
    /// <param name="after">The last name of the page before; empty at first.</param>
    /// <param name="count">At most so many.</param>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public IReadOnlyList<string> ListUsernames(string after, int count) =>
        Translate((after, count), static (reader, page) => reader._accounts.ListUsernames(page.after, page.count));

    /// <summary>What an operator sees of an account, also of a deleted one; null where there is none of this case-sensitive name.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public AccountDetails? FindAccountDetails(string username) =>
        Translate(username, static (reader, username) => reader._accounts.FindDetails(username));

    /// <summary>Whether an erasure of this account was ordered and is not complete.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public bool IsErasurePending(long accountId) =>
        Translate(accountId, static (reader, accountId) => reader._accounts.IsErasurePending(accountId));

    /// <summary>A page of all accounts, also of deleted ones, sorted by the bytes of their names.</summary>
    /// <param name="after">The last name of the page before; empty at first.</param>
    /// <param name="count">At most so many.</param>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public IReadOnlyList<AccountDetails> ListAccounts(string after, int count) =>
        Translate((after, count), static (reader, page) => reader._accounts.List(page.after, page.count));

    /// <summary>Everybody to whom the account has ever written or who has written to it, sorted by id.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public IReadOnlyList<long> ListContacts(long accountId) =>
        Translate(accountId, static (reader, id) => reader._accounts.ListContacts(id));

    /// <summary>
    /// Whether each of two accounts has written to the other. Messages that are gone count, but for those of conversations that an older
    /// version of this server began.
    /// </summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public bool HaveBothWritten(long userA, long userB) =>
        Translate((userA, userB), static (reader, pair) => reader._writers.AreBoth(pair.userA, pair.userB));

    /// <summary>Everybody whom the account blocks, sorted by id.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public IReadOnlyList<long> ListBlocked(long accountId) =>
        Translate(accountId, static (reader, id) => reader._accounts.ListBlocked(id));

    /// <summary>Whether <paramref name="blockerId"/> blocks <paramref name="blockedId"/>.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public bool IsBlocked(long blockerId, long blockedId) =>
        Translate((blockerId, blockedId), static (reader, pair) => reader._accounts.IsBlocked(pair.blockerId, pair.blockedId));

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        _chains.Dispose();
        _transaction.Dispose();
        _readMessage.Dispose();
        _names.Dispose();
        _writers.Dispose();
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

    private int ReadRows(ReadOnlySpan<long> ids, IStoredMessageSink sink, out bool goesOn)
    {
        goesOn = true;
        var consumed = 0;
        _transaction.Begin();
        try
        {
            while (consumed < ids.Length && goesOn)
            {
                var id = ids[consumed++];
                if (_readMessage.Bind(1, id).Step() && _readMessage.Int64(0) > 0)
                    goesOn = sink.Accept(Message(id));
                _readMessage.Reset();
            }
        }
        finally
        {
            _readMessage.Reset();
            _transaction.End();
        }

        return consumed;
    }

    private StoredMessage Message(long id)
    {
        var senderId = _readMessage.Int64(0);
        return new StoredMessage
        {
            Id = id,
            SenderId = senderId,
            Sender = _names.Find(senderId),
            CreatedAt = _readMessage.Int64(1),
            Body = _readMessage.Bytes(2),
        };
    }
}
