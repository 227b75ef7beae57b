using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage;

/// <summary>
/// The writer behind <see cref="IMessageLog"/>. Everything that a batch changes in memory is kept apart until the file has it:
/// heads, recent messages and block lists each know how to commit and how to roll back, and <see cref="EndBatch"/> is the one place that calls them.
/// </summary>
internal sealed class MessageLog : IMessageLog, IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BusySliceInterval = TimeSpan.FromMilliseconds(50);

    private readonly HeadCache _heads;
    private readonly WriteBehind _writeBehind;
    private readonly WalRecycler _wal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RecentMessages _recent;
    private readonly BlockLists _blocks;
    private readonly AccountStore _accounts;

    private readonly PreparedStatement _begin;
    private readonly PreparedStatement _commit;
    private readonly PreparedStatement _rollback;
    private readonly PreparedStatement _append;
    private readonly PreparedStatement _addContact;
    private readonly PreparedStatement _addReceipt;
    private readonly PreparedStatement _findForReceipt;
    private readonly PreparedStatement _findConversation;
    private readonly PreparedStatement _findMailbox;

    private long _lastAppended;
    private int _commitsSinceMaintained;
    private long _lastSlice;
    private long? _failedAt;

    public MessageLog(SqliteConnection connection, HeadCache heads, WriteBehind writeBehind, WalRecycler wal, DatabaseOptions options,
        TimeProvider time, ILogger logger, long lastMessageId)
    {
        _heads = heads;
        _writeBehind = writeBehind;
        _wal = wal;
        _time = time;
        _logger = logger;
        _recent = new RecentMessages(options.RecentMessages);
        _blocks = new BlockLists(connection, options.CachedBlockLists);
        _accounts = new AccountStore(connection);
        _begin = new PreparedStatement(connection, Sql.Begin);
        _commit = new PreparedStatement(connection, Sql.Commit);
        _rollback = new PreparedStatement(connection, Sql.Rollback);
        _append = new PreparedStatement(connection, Sql.Append);
        _addContact = new PreparedStatement(connection, Sql.AddContact);
        _addReceipt = new PreparedStatement(connection, Sql.AddReceipt);
        _findForReceipt = new PreparedStatement(connection, Sql.FindForReceipt);
        _findConversation = new PreparedStatement(connection, Sql.FindConversation);
        _findMailbox = new PreparedStatement(connection, Sql.FindMailbox);
        LastMessageId = _lastAppended = lastMessageId;
        _lastSlice = time.GetTimestamp();
    }

    public long LastMessageId { get; private set; }

    public bool IsInTransaction { get; private set; }

    public long Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt)
    {
        try
        {
            BeginBatch();
            var messageId = _lastAppended + 1;

            // Each head is moved as soon as it is looked up: a head that is moved is safe from eviction by the next look-up.
            var conversation = Conversation(senderId, recipientId);
            var previousInConversation = _heads.Newest(conversation);
            _heads.Move(conversation, messageId);
            var mailbox = Mailbox(recipientId);
            var previousInMailbox = _heads.Newest(mailbox);
            _heads.Move(mailbox, messageId);

            _append.Bind(1, messageId).Bind(2, senderId).Bind(3, recipientId).Bind(4, createdAt)
                .Bind(5, previousInConversation).Bind(6, previousInMailbox).Bind(7, body).Execute();
            if (previousInConversation == 0)
                AddContacts(senderId, recipientId);

            _lastAppended = messageId;
            _recent.Add(messageId, senderId, recipientId);
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
            var isRecent = _recent.TryFind(messageId, out senderId, out var recipientId, out var isRead);
            if (!isRecent && !FindForReceipt(messageId, out senderId, out recipientId, out isRead))
                return ReadOutcome.UnknownMessage;
            if (recipientId != readerId)
                return ReadOutcome.Forbidden;
            if (isRead)
                return ReadOutcome.Again;

            BeginBatch();
            _addReceipt.Bind(1, messageId).Bind(2, readAt).Execute();
            if (isRecent)
                _recent.MarkRead(messageId);
            return ReadOutcome.FirstTime;
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    public Account? FindAccount(string username)
    {
        try
        {
            return _accounts.Find(username);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    public Account? CreateAccount(string username, string passwordHash, long createdAt)
    {
        try
        {
            BeginBatch();
            return _accounts.Create(username, passwordHash, createdAt);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    public void SetPasswordHash(long accountId, string passwordHash)
    {
        try
        {
            BeginBatch();
            _accounts.SetPasswordHash(accountId, passwordHash);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    public bool IsBlocked(long blockerId, long blockedId)
    {
        try
        {
            return _blocks.IsBlocked(blockerId, blockedId);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    public void Block(long blockerId, long blockedId, long createdAt)
    {
        try
        {
            BeginBatch();
            _blocks.Block(blockerId, blockedId, createdAt);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    public void Unblock(long blockerId, long blockedId)
    {
        try
        {
            BeginBatch();
            _blocks.Unblock(blockerId, blockedId);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    public Mailbox GetMailbox(long accountId)
    {
        try
        {
            var slot = Mailbox(accountId);
            return new Mailbox(_heads.Newest(slot), Delivered(slot, accountId));
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    public void SetDeliveredThrough(long accountId, long messageId)
    {
        try
        {
            // Nobody can have what is not committed, and after a rollback the id will be another message's.
            var through = Math.Min(messageId, LastMessageId);
            var slot = Mailbox(accountId);
            if (through <= Delivered(slot, accountId))
                return;
            _heads.SetDelivered(slot, through);
            _writeBehind.MarkDelivered(slot);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    public void Commit()
    {
        if (!IsInTransaction)
            return;

        var carriesSlice = false;
        try
        {
            if (!IsBackingOff() && _writeBehind.RowsDue(LastMessageId) is > 0 and var rows)
            {
                carriesSlice = true;
                _writeBehind.WriteSlice(rows, _lastAppended);
            }

            _commit.Execute();
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            // The next batches go without a slice: where space is short, messages come before bookkeeping.
            if (carriesSlice)
                _failedAt = _time.GetTimestamp();
            throw Failed(failure);
        }

        _commitsSinceMaintained++;
        EndBatch(committed: true);
        _wal.Committed();
    }

    public void Rollback()
    {
        if (!IsInTransaction)
            return;

        try
        {
            _rollback.Execute();
        }
        catch (StorageException)
        {
            // SQLite has already rolled back by itself, as it does where the disk is full.
        }

        EndBatch(committed: false);
    }

    public bool Maintain()
    {
        if (IsInTransaction)
            return true;

        _wal.TryFinish();
        _writeBehind.BeginDueCycles(LastMessageId);
        if (!_writeBehind.IsUnderWay || IsBackingOff())
            return false;

        // While batches come they carry the slices; a transaction of their own would cost them a sync.
        var isBusy = _commitsSinceMaintained > 0;
        _commitsSinceMaintained = 0;
        if (!isBusy || _time.GetElapsedTime(_lastSlice) >= BusySliceInterval)
            TryWriteSlice(WriteBehind.SliceRows);
        return _writeBehind.IsUnderWay && !IsBackingOff();
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
        foreach (var statement in new[]
                 {
                     _begin, _commit, _rollback, _append, _addContact, _addReceipt, _findForReceipt, _findConversation, _findMailbox,
                 })
        {
            statement.Dispose();
        }
    }

    private void BeginBatch()
    {
        if (IsInTransaction)
            return;
        _begin.Execute();
        IsInTransaction = true;
    }

    private void EndBatch(bool committed)
    {
        IsInTransaction = false;
        if (committed)
        {
            var rows = (int)(_lastAppended - LastMessageId);
            var wereClean = _writeBehind.DirtyHeads.Collected == 0;
            _writeBehind.SliceCommitted();
            _heads.Commit(_writeBehind.DirtyHeads);
            _writeBehind.HeadsCommitted(rows, wereClean);
            _recent.Commit();
            _blocks.Commit();
            LastMessageId = _lastAppended;
        }
        else
        {
            _writeBehind.SliceRolledBack();
            _heads.Rollback();
            _recent.Rollback(LastMessageId, _lastAppended);
            _blocks.Rollback();
            _lastAppended = LastMessageId;
        }
    }

    [SuppressMessage("Performance", "CA1859", Justification = "The caller throws what it gets.")]
    private Exception Failed(Exception failure)
    {
        Rollback();
        StorageLog.BatchFailed(_logger, failure.Message);
        return SqliteFailure.From(failure);
    }

    private bool IsBackingOff()
    {
        if (_failedAt is { } failedAt && _time.GetElapsedTime(failedAt) >= RetryDelay)
            _failedAt = null;
        return _failedAt is not null;
    }

    private void TryWriteSlice(int rows)
    {
        try
        {
            WriteSlice(rows);
        }
        catch (StorageException failure)
        {
            _failedAt = _time.GetTimestamp();
            StorageLog.WriteBehindFailed(_logger, failure.Message);
        }
    }

    private void WriteSlice(int rows)
    {
        try
        {
            BeginBatch();
            _writeBehind.WriteSlice(rows, LastMessageId);
            _commit.Execute();
        }
        catch (StorageException)
        {
            Rollback();
            throw;
        }

        EndBatch(committed: true);
        _lastSlice = _time.GetTimestamp();
        _wal.Committed();
    }

    private int Conversation(long userA, long userB)
    {
        var (low, high) = userA < userB ? (userA, userB) : (userB, userA);
        var slot = _heads.Find(low, high);
        if (slot >= 0)
            return slot;

        try
        {
            return _heads.Add(low, high, _findConversation.Bind(1, low).Bind(2, high).Step() ? _findConversation.Int64(0) : 0, delivered: null);
        }
        finally
        {
            _findConversation.Reset();
        }
    }

    private int Mailbox(long accountId)
    {
        var slot = _heads.Find(0, accountId);
        if (slot >= 0)
            return slot;

        try
        {
            return _findMailbox.Bind(1, accountId).Step()
                ? _heads.Add(0, accountId, _findMailbox.Int64(0), _findMailbox.Int64(1))
                : _heads.Add(0, accountId, 0, delivered: 0);
        }
        finally
        {
            _findMailbox.Reset();
        }
    }

    /// <summary>The mark, looked up late for a mailbox that came from the log's tail at the start.</summary>
    private long Delivered(int slot, long accountId)
    {
        if (_heads.Delivered(slot) is { } known)
            return known;

        try
        {
            var delivered = _findMailbox.Bind(1, accountId).Step() ? _findMailbox.Int64(1) : 0;
            _heads.SetDelivered(slot, delivered);
            return delivered;
        }
        finally
        {
            _findMailbox.Reset();
        }
    }

    private void AddContacts(long senderId, long recipientId)
    {
        _addContact.Bind(1, senderId).Bind(2, recipientId).Execute();
        _addContact.Bind(1, recipientId).Bind(2, senderId).Execute();
    }

    private bool FindForReceipt(long messageId, out long senderId, out long recipientId, out bool isRead)
    {
        try
        {
            var exists = _findForReceipt.Bind(1, messageId).Step();
            (senderId, recipientId) = exists ? (_findForReceipt.Int64(0), _findForReceipt.Int64(1)) : (0, 0);
            isRead = exists && _findForReceipt.Int64(2) != 0;
            return exists;
        }
        finally
        {
            _findForReceipt.Reset();
        }
    }
}
