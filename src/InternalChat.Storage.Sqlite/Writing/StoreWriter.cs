using Dapper;
using InternalChat.Storage.Sqlite.Accounts;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Heads;
using InternalChat.Storage.Sqlite.Removal;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Writing;

/// <summary>
/// SQLite's <see cref="IStoreWriter"/>: the only writer of the file, so nothing waits and everybody may enter. What its members change
/// belongs to the <see cref="WriteBatch"/>.
/// </summary>
internal sealed class StoreWriter : IStoreWriter, IDisposable
{
    private readonly WriteBatch _batch;
    private readonly WriterMemory _memory;
    private readonly HeadCache _heads;
    private readonly HeadLookup _lookup;
    private readonly WriteBehind _writeBehind;
    private readonly UpkeepTurns _upkeep;
    private readonly LowDiskWatch _disk;
    private readonly Receipts _receipts;
    private readonly BlockLists _blocks;
    private readonly SqliteConnection _connection;
    private readonly AccountStore _accounts;
    private readonly Erasure _erasure;
    private readonly PreparedStatement _append;
    private readonly PreparedStatement _addContact;

    public StoreWriter(SqliteConnection connection, WriteBatch batch, WriterMemory memory, UpkeepTurns upkeep, Erasure erasure,
        LowDiskWatch disk)
    {
        _batch = batch;
        _memory = memory;
        _heads = memory.Heads;
        _lookup = new HeadLookup(connection, memory.Heads);
        _writeBehind = memory.WriteBehind;
        _receipts = memory.Receipts;
        _blocks = memory.Blocks;
        _upkeep = upkeep;
        _erasure = erasure;
        _connection = connection;
        _disk = disk;
        _accounts = new AccountStore(connection);
        _append = new PreparedStatement(connection, WritingSql.Append);
        _addContact = new PreparedStatement(connection, WritingSql.AddContact);
    }

    /// <summary>The last committed message id; 0 at first.</summary>
    public long LastMessageId => _memory.LastMessageId;

    public bool IsInTransaction => _batch.IsOpen;

    public bool IsShortOfRoom => _disk.IsLow;

    public IReadOnlyList<WaitingOperation> Prepare(IBatchKeys batch) => [];

    public AppendedMessage Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt)
    {
        try
        {
            if (_memory.LastAppended == long.MaxValue)
                throw new StorageException("All message ids have been given.");
            _batch.BeginUnlessOpen();
            var messageId = _memory.LastAppended + 1;

            // Each head is moved as soon as it is looked up: one that is moved is safe from eviction by the next look-up.
            var conversation = _lookup.Conversation(senderId, recipientId);
            var previousInConversation = _heads.Newest(conversation);
            var since = previousInConversation == 0 ? Writers.SinceFirst : Writers.None;
            _heads.Move(conversation, messageId, ConversationWriters.Of(senderId, recipientId) | since);
            var mailbox = _lookup.Mailbox(recipientId);
            var previousInMailbox = _heads.Newest(mailbox);
            _heads.Move(mailbox, messageId);

            _append.Bind(1, messageId).Bind(2, senderId).Bind(3, recipientId).Bind(4, createdAt)
                .Bind(5, previousInConversation).Bind(6, previousInMailbox).Bind(7, body).Execute();
            if (previousInConversation == 0)
                AddContacts(senderId, recipientId);

            _memory.LastAppended = messageId;
            _receipts.Recent.Add(messageId, senderId, recipientId);
            return new AppendedMessage(messageId, previousInMailbox);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw _batch.Failed(failure);
        }
    }

    public ReadOutcome MarkRead(long messageId, long readerId, long readAt, out long senderId)
    {
        try
        {
            if (!_receipts.TryFind(messageId, out senderId, out var recipientId, out var isRead))
                return ReadOutcome.UnknownMessage;
            if (recipientId != readerId)
                return ReadOutcome.Forbidden;
            if (isRead)
                return ReadOutcome.Again;

            _batch.BeginUnlessOpen();
            _receipts.Add(messageId, readAt);
            return ReadOutcome.FirstTime;
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw _batch.Failed(failure);
        }
    }

    public Account? FindAccount(string username) =>
        _batch.Read((_accounts, username), static given => given._accounts.Find(given.username));

    public Account? CreateAccount(string username, string passwordHash, long createdAt) =>
        _batch.Change(
            (_connection, username, passwordHash, createdAt),
            static given => given._connection.QueryFirstOrDefault<long?>(
                AccountSql.CreateAccount, new { given.username, given.passwordHash, given.createdAt }) is { } id
                ? new Account(id, given.username)
                : (Account?)null);

    public void SetPasswordHash(long accountId, string passwordHash) =>
        _batch.Change(
            (_connection, accountId, passwordHash),
            static given => given._connection.Execute(AccountSql.SetPasswordHash, new { given.accountId, given.passwordHash }));

    public void NoteNetwork(long accountId, long mark, long now) => _memory.KnownNetworks.Note(accountId, mark, now);

    public bool IsBlocked(long blockerId, long blockedId) =>
        _batch.Read((_blocks, blockerId, blockedId), static given => given._blocks.IsBlocked(given.blockerId, given.blockedId));

    public void Block(long blockerId, long blockedId, long createdAt) =>
        _batch.Change(
            (_blocks, blockerId, blockedId, createdAt),
            static given => given._blocks.Block(given.blockerId, given.blockedId, given.createdAt));

    public void Unblock(long blockerId, long blockedId) =>
        _batch.Change((_blocks, blockerId, blockedId), static given => given._blocks.Unblock(given.blockerId, given.blockedId));

    public SessionEntry Enter(long accountId) =>
        new(
            EntryOutcome.Entered,
            GetMailbox(accountId),
            _batch.Read((_blocks, accountId), static given => given._blocks.BlocksAnybody(given.accountId)));

    public void Leave(long accountId)
    {
    }

    public Mailbox GetMailbox(long accountId) =>
        _batch.Read((writer: this, accountId), static given =>
        {
            var (heads, lookup) = (given.writer._heads, given.writer._lookup);
            var slot = lookup.Mailbox(given.accountId);
            return new Mailbox(heads.Newest(slot), lookup.Delivered(slot, given.accountId));
        });

    public void SetDeliveredThrough(long accountId, long messageId) =>
        _batch.Read((writer: this, accountId, messageId), static given => given.writer.MoveDelivered(given.accountId, given.messageId));

    public bool Suspend(long accountId) => SetStatus(accountId, AccountStatus.Suspended);

    public bool Resume(long accountId) => SetStatus(accountId, AccountStatus.Active);

    public bool Delete(long accountId) =>
        _batch.Change((writer: this, accountId), static given =>
        {
            var (writer, id) = given;
            if (writer._connection.Execute(AccountSql.DeleteAccount, new { accountId = id, unusable = Credentials.UnusableHash }) == 0)
                return false;
            writer._memory.Empty(writer._lookup.Mailbox(id));
            writer._memory.KnownNetworks.Forget(id);
            return true;
        });

    public bool BeginErasure(long accountId)
    {
        var isThere = _batch.Change(
            (_connection, accountId),
            static given => given._connection.Execute(AccountSql.OrderErasure, new { given.accountId }) > 0);
        if (!isThere)
            return false;
        Delete(accountId);
        _erasure.Ordered();
        return true;
    }

    public CommitResult Commit()
    {
        try
        {
            _batch.Commit();
            return new CommitResult(CommitOutcome.Stored);
        }
        catch (StorageException failure)
        {
            return new CommitResult(CommitOutcome.NotStored, failure.Message);
        }
    }

    public void Rollback() => _batch.Rollback();

    public bool Maintain() => _upkeep.Run();

    /// <summary>Writes everything that waits, for an orderly end.</summary>
    /// <exception cref="StorageException">It could not be written; the next start replays the log instead.</exception>
    public void Flush()
    {
        Rollback();
        _writeBehind.Hurry();
        while (_writeBehind.HasWork(LastMessageId))
            _batch.CommitSlice(_writeBehind);
        while (_memory.KnownNetworks.HasWaiting)
            _batch.CommitSlice(_memory.KnownNetworks);
    }

    public void Dispose()
    {
        _append.Dispose();
        _addContact.Dispose();
        _lookup.Dispose();
    }

    private bool SetStatus(long accountId, AccountStatus status) =>
        _batch.Change(
            (_connection, accountId, status),
            static given => given._connection.Execute(
                AccountSql.SetAccountStatus, new { given.accountId, status = (long)given.status }) > 0);

    private bool MoveDelivered(long accountId, long messageId)
    {
        // Nobody can have what is not committed, and after a rollback the id will be another message's.
        var through = Math.Min(messageId, LastMessageId);
        var slot = _lookup.Mailbox(accountId);
        if (through <= _lookup.Delivered(slot, accountId))
            return false;
        _heads.SetDelivered(slot, through);
        _writeBehind.MarkDelivered(slot);
        return true;
    }

    private void AddContacts(long senderId, long recipientId)
    {
        _addContact.Bind(1, senderId).Bind(2, recipientId).Execute();
        _addContact.Bind(1, recipientId).Bind(2, senderId).Execute();
    }
}
