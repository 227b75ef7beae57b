using InternalChat.Storage.Sqlite.Accounts;
using InternalChat.Storage.Sqlite.Heads;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Wal;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Reading;

/// <summary>
/// Reads the database through a read-only connection of its own. Each call is one short read transaction or several, so a reader never
/// keeps the WAL from being recycled.
/// </summary>
internal sealed class StoreReader : IStoreReader
{
    private readonly SqliteConnection _connection;
    private readonly ChainReader _chains;
    private readonly AccountStore _accounts;
    private readonly AccountNames _names;
    private readonly ConversationWriters _writers;
    private readonly ReadTransaction _transaction;
    private readonly PreparedStatement _readMessage;

    internal StoreReader(SqliteConnection connection, HeadCache heads, ReaderGate gate, int cachedNames)
    {
        _connection = connection;
        _chains = new ChainReader(connection, heads, gate);
        _accounts = new AccountStore(connection);
        _names = new AccountNames(connection, cachedNames);
        _writers = new ConversationWriters(connection, heads, gate);
        _transaction = new ReadTransaction(connection, gate);
        _readMessage = new PreparedStatement(connection, ReadingSql.ReadMessage);
    }

    public Account? FindAccount(string username) => Translate(username, static (reader, name) => reader._accounts.Find(name));

    public Credentials? FindCredentials(string username) =>
        Translate(username, static (reader, name) => reader._accounts.FindCredentials(name));

    public byte[] ReadNetworkKey() => Translate(0, static (reader, _) => reader._accounts.NetworkKey());

    public long? FindNetwork(long accountId, long mark) =>
        Translate((accountId, mark), static (reader, known) => reader._accounts.FindNetwork(known.accountId, known.mark));

    public (long Largest, long LastAccount) LargestHashNumber(string prefix, long after, int count)
    {
        var page = Translate(
            (prefix, after, count), static (reader, page) => reader._accounts.LargestHashNumber(page.prefix, page.after, page.count));
        return (page.Largest, page.LastAccount);
    }

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

    public ConversationPage FindConversation(long userA, long userB, int limit)
    {
        var ids = new long[limit];
        var count = WalkConversation(userA, userB, ids);
        ids.AsSpan(0, count).Reverse();
        return new ConversationIds(ids.AsMemory(0, count));
    }

    public MessageCursor ReadMailbox(long accountId, long after, long through) => new MailboxIds(accountId, after, through);

    public bool Read(MessageCursor cursor, IStoredMessageSink sink)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        ArgumentNullException.ThrowIfNull(sink);
        var ids = (IMessageIds)cursor;
        if (ids.TryFind(_chains))
        {
            var consumed = 0;
            try
            {
                ReadMessages(ids.Found, sink, ref consumed);
            }
            finally
            {
                // Also after a failure: what the sink has taken is not handed over again.
                ids.Consume(consumed);
            }
        }

        return ids.MayHaveMore;
    }

    /// <summary>
    /// Hands messages to a sink in the order of the ids given. Ids without a message (deleted, wiped, never given) are skipped.
    /// </summary>
    /// <returns>How many ids were consumed: all, or those up to and including the message at which the sink said stop.</returns>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public int ReadMessages(ReadOnlySpan<long> ids, IStoredMessageSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var consumed = 0;
        ReadMessages(ids, sink, ref consumed);
        return consumed;
    }

    public IReadOnlyList<string> ListUsernames(string after, int count) =>
        Translate((after, count), static (reader, page) => reader._accounts.ListUsernames(page.after, page.count));

    public AccountDetails? FindAccountDetails(string username) =>
        Translate(username, static (reader, username) => reader._accounts.FindDetails(username));

    public bool IsErasurePending(long accountId) =>
        Translate(accountId, static (reader, accountId) => reader._accounts.IsErasurePending(accountId));

    public IReadOnlyList<AccountDetails> ListAccounts(string after, int count) =>
        Translate((after, count), static (reader, page) => reader._accounts.List(page.after, page.count));

    public IReadOnlyList<long> ListContacts(long accountId, long after, int count) =>
        Translate(
            (accountId, after, count), static (reader, page) => reader._accounts.ListContacts(page.accountId, page.after, page.count));

    public bool HaveBothWritten(long userA, long userB) =>
        Translate((userA, userB), static (reader, pair) => reader._writers.AreBoth(pair.userA, pair.userB));

    public IReadOnlyList<long> ListBlocked(long accountId, long after, int count) =>
        Translate((accountId, after, count), static (reader, page) => reader._accounts.ListBlocked(page.accountId, page.after, page.count));

    public bool IsBlocked(long blockerId, long blockedId) =>
        Translate((blockerId, blockedId), static (reader, pair) => reader._accounts.IsBlocked(pair.blockerId, pair.blockedId));

    public void Dispose()
    {
        _chains.Dispose();
        _transaction.Dispose();
        _readMessage.Dispose();
        _names.Dispose();
        _writers.Dispose();
        _connection.Dispose();
    }

    private TResult Translate<TArgument, TResult>(TArgument argument, Func<StoreReader, TArgument, TResult> query)
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

    private void ReadMessages(ReadOnlySpan<long> ids, IStoredMessageSink sink, ref int consumed)
    {
        var goesOn = true;
        while (consumed < ids.Length && goesOn)
            goesOn = ReadRows(ids[..Math.Min(consumed + ChainReader.RowsPerTransaction, ids.Length)], sink, ref consumed);
    }

    private bool ReadRows(ReadOnlySpan<long> ids, IStoredMessageSink sink, ref int consumed)
    {
        var goesOn = true;
        _transaction.Begin();
        try
        {
            while (consumed < ids.Length && goesOn)
            {
                goesOn = Read(ids[consumed], sink, ref consumed);
                _readMessage.Reset();
            }
        }
        finally
        {
            _readMessage.Reset();
            _transaction.End();
        }

        return goesOn;
    }

    private bool Read(long id, IStoredMessageSink sink, ref int consumed)
    {
        var isThere = _readMessage.Bind(1, id).Step() && _readMessage.Int64(0) > 0;
        var message = isThere ? Message(id) : default;
        // A message that could not be read is read again; one that the sink has seen is not, even if the sink throws.
        consumed++;
        return !isThere || sink.Accept(message);
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
