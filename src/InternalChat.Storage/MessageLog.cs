using InternalChat.Storage.Diagnostics;
using InternalChat.Storage.Files;
using InternalChat.Storage.Heads;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage;

/// <summary>
/// The writer behind <see cref="IMessageLog"/>. Everything that a batch changes in memory is kept apart until the file has it:
/// heads, recent messages and block lists each know how to commit and how to roll back, and <see cref="EndBatch"/> is the one place that
/// calls them.
/// </summary>
internal sealed class MessageLog : IMessageLog, IDisposable
{
    private readonly HeadCache _heads;
    private readonly HeadLookup _lookup;
    private readonly WriteBehind _writeBehind;
    private readonly WalRecycler _wal;
    private readonly WriteBehindPace _pace;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Receipts _receipts;
    private readonly BlockLists _blocks;
    private readonly AccountStore _accounts;
    private readonly WriteTransaction _transaction;
    private readonly WriteHealth _health;
    private readonly PreparedStatement _append;
    private readonly PreparedStatement _addContact;

    private long _lastAppended;

    public MessageLog(SqliteConnection connection, HeadCache heads, WriteBehind writeBehind, WalRecycler wal, DatabaseOptions options,
        StorageMetrics metrics, TimeProvider time, ILogger logger, long lastMessageId)
    {
        _heads = heads;
        _lookup = new HeadLookup(connection, heads);
        _writeBehind = writeBehind;
        _wal = wal;
        _pace = new WriteBehindPace(time);
        _metrics = metrics;
        _logger = logger;
        _receipts = new Receipts(connection, options.RecentMessages);
        _blocks = new BlockLists(connection, options.CachedBlockLists);
        _accounts = new AccountStore(connection);
        _transaction = new WriteTransaction(connection, metrics, time);
        _health = new WriteHealth(_transaction, options.Path, time);
        _append = new PreparedStatement(connection, Sql.Append);
        _addContact = new PreparedStatement(connection, Sql.AddContact);
        LastMessageId = _lastAppended = lastMessageId;
    }

    public long LastMessageId { get; private set; }

    public bool IsInTransaction => _transaction.IsOpen;

    /// <summary>Why the last batch could not be stored; null where it was. Any thread.</summary>
    public string? Failure => _health.Failure;

    public long Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt)
    {
        try
        {
            _transaction.BeginUnlessOpen();
            var messageId = _lastAppended + 1;

            // Each head is moved as soon as it is looked up: one that is moved is safe from eviction by the next look-up.
            var conversation = _lookup.Conversation(senderId, recipientId);
            var previousInConversation = _heads.Newest(conversation);
            _heads.Move(conversation, messageId);
            var mailbox = _lookup.Mailbox(recipientId);
            var previousInMailbox = _heads.Newest(mailbox);
            _heads.Move(mailbox, messageId);

            _append.Bind(1, messageId).Bind(2, senderId).Bind(3, recipientId).Bind(4, createdAt)
                .Bind(5, previousInConversation).Bind(6, previousInMailbox).Bind(7, body).Execute();
            if (previousInConversation == 0)
                AddContacts(senderId, recipientId);

            _lastAppended = messageId;
            _receipts.Recent.Add(messageId, senderId, recipientId);
            return messageId;
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
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

            _transaction.BeginUnlessOpen();
            _receipts.Add(messageId, readAt);
            return ReadOutcome.FirstTime;
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    public Account? FindAccount(string username) => Do(username, static (log, name) => log._accounts.Find(name));

    public Account? CreateAccount(string username, string passwordHash, long createdAt) =>
        Change(
            (username, passwordHash, createdAt),
            static (log, given) => log._accounts.Create(given.username, given.passwordHash, given.createdAt));

    public void SetPasswordHash(long accountId, string passwordHash) =>
        Change((accountId, passwordHash), static (log, given) => log._accounts.SetPasswordHash(given.accountId, given.passwordHash));

    public bool IsBlocked(long blockerId, long blockedId) =>
        Do((blockerId, blockedId), static (log, given) => log._blocks.IsBlocked(given.blockerId, given.blockedId));

    public void Block(long blockerId, long blockedId, long createdAt) =>
        Change(
            (blockerId, blockedId, createdAt),
            static (log, given) => log._blocks.Block(given.blockerId, given.blockedId, given.createdAt));

    public void Unblock(long blockerId, long blockedId) =>
        Change((blockerId, blockedId), static (log, given) => log._blocks.Unblock(given.blockerId, given.blockedId));

    public Mailbox GetMailbox(long accountId) =>
        Do(accountId, static (log, id) =>
        {
            var slot = log._lookup.Mailbox(id);
            return new Mailbox(log._heads.Newest(slot), log._lookup.Delivered(slot, id));
        });

    public void SetDeliveredThrough(long accountId, long messageId) =>
        Do((accountId, messageId), static (log, given) =>
        {
            // Nobody can have what is not committed, and after a rollback the id will be another message's.
            var through = Math.Min(given.messageId, log.LastMessageId);
            var slot = log._lookup.Mailbox(given.accountId);
            if (through <= log._lookup.Delivered(slot, given.accountId))
                return false;
            log._heads.SetDelivered(slot, through);
            log._writeBehind.MarkDelivered(slot);
            return true;
        });

    public void Commit()
    {
        if (!IsInTransaction)
            return;

        var carriesSlice = false;
        try
        {
            if (!_pace.IsBackingOff && _writeBehind.RowsDue(LastMessageId) is > 0 and var rows)
            {
                carriesSlice = true;
                _writeBehind.WriteSlice(rows, _lastAppended);
            }

            _transaction.Commit();
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            // The next batches go without a slice: where space is short, messages come before bookkeeping.
            if (carriesSlice)
                _pace.SliceFailed();
            throw Failed(failure);
        }

        EndBatch(committed: true);
        _health.BatchStored();
        _pace.BatchCommitted();
        _wal.Committed();
    }

    public void Rollback()
    {
        if (!IsInTransaction)
            return;
        _transaction.Rollback();
        EndBatch(committed: false);
    }

    public bool Maintain()
    {
        if (IsInTransaction)
            return true;

        _health.ProbeWhereDue();
        _wal.TryFinish();
        _writeBehind.BeginDueCycles(LastMessageId);
        if (!_writeBehind.IsUnderWay || _pace.IsBackingOff)
            return false;
        if (_pace.IsTimeForSlice())
            TryWriteSlice();
        return _writeBehind.IsUnderWay && !_pace.IsBackingOff;
    }

    /// <summary>Writes everything that waits, for an orderly end.</summary>
    /// <exception cref="StorageException">It could not be written; the next start replays the log instead.</exception>
    public void Flush()
    {
        Rollback();
        while (_writeBehind.HasWork)
        {
            _writeBehind.BeginDueCycles(LastMessageId, now: true);
            WriteSlice(4 * WriteBehind.SliceRows);
        }
    }

    public void Dispose()
    {
        _append.Dispose();
        _addContact.Dispose();
        _receipts.Dispose();
        _lookup.Dispose();
        _transaction.Dispose();
    }

    private void AddContacts(long senderId, long recipientId)
    {
        _addContact.Bind(1, senderId).Bind(2, recipientId).Execute();
        _addContact.Bind(1, recipientId).Bind(2, senderId).Execute();
    }

    /// <summary>Runs a member's body, and rolls the batch back where the file fails it.</summary>
    private TResult Do<TGiven, TResult>(TGiven given, Func<MessageLog, TGiven, TResult> body)
    {
        try
        {
            return body(this, given);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    /// <summary>The same within a batch.</summary>
    private TResult Change<TGiven, TResult>(TGiven given, Func<MessageLog, TGiven, TResult> body)
    {
        try
        {
            _transaction.BeginUnlessOpen();
            return body(this, given);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    private StorageException Failed(Exception failure)
    {
        Rollback();
        _health.BatchFailed(failure.Message);
        _metrics.Failed(StorageOperation.Batch);
        StorageLog.BatchFailed(_logger, failure.Message);
        return SqliteFailure.From(failure);
    }

    private void EndBatch(bool committed)
    {
        if (committed)
        {
            _writeBehind.SliceCommitted();
            _writeBehind.HeadsCommitted(rows: _lastAppended - LastMessageId);
            _receipts.Recent.Commit();
            _blocks.Commit();
            LastMessageId = _lastAppended;
        }
        else
        {
            _writeBehind.SliceRolledBack();
            _heads.Rollback();
            _receipts.Recent.Rollback(LastMessageId, _lastAppended);
            _blocks.Rollback();
            _lastAppended = LastMessageId;
        }
    }

    private void TryWriteSlice()
    {
        try
        {
            WriteSlice(WriteBehind.SliceRows);
        }
        catch (StorageException failure)
        {
            _pace.SliceFailed();
            _metrics.Failed(StorageOperation.WriteBehind);
            StorageLog.WriteBehindFailed(_logger, failure.Message);
        }
    }

    private void WriteSlice(int rows)
    {
        try
        {
            _transaction.BeginUnlessOpen();
            _writeBehind.WriteSlice(rows, LastMessageId);
            _transaction.Commit();
        }
        catch (StorageException)
        {
            Rollback();
            throw;
        }

        EndBatch(committed: true);
        _pace.SliceCommitted();
        _wal.Committed();
    }
}
