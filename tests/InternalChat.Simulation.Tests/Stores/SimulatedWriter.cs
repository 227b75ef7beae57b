using System.Text;
using InternalChat.Storage;

namespace InternalChat.Simulation.Tests.Stores;

/// <summary>
/// The writing side of the store in memory. A batch works on a copy of the tables and is kept as a list of changes; a commit applies the
/// list to the disk, a rollback forgets it. One instance lives as long as its process.
/// </summary>
internal sealed class SimulatedWriter(Disk disk, IStoreFate fate, Func<bool> isDead) : IStoreWriter
{
    private const double OddAnswer = 0.01;

    private readonly List<Action<Tables>> _batch = [];
    private readonly Dictionary<long, long> _deliveredThrough = new(disk.DeliveredThrough);
    private readonly Dictionary<(long AccountId, long Mark), long> _networks = new(disk.Networks);
    private readonly HashSet<long> _entered = [];
    private Tables _working = disk.Committed.Clone();
    private bool _mustEnd;

    /// <summary>Hears of each session that begins.</summary>
    public Action<long>? Entered { get; set; }

    /// <summary>Hears of each account of which the store says that it has a session elsewhere.</summary>
    public Action<long>? HeldElsewhere { get; set; }

    /// <summary>Hears of each account whose delivered mark could not be moved: what it has may be delivered again.</summary>
    public Action<long>? MarkLost { get; set; }

    public bool IsInTransaction { get; private set; }

    public bool IsShortOfRoom => fate.Chance(OddAnswer);

    public IReadOnlyList<WaitingOperation> Prepare(IBatchKeys batch)
    {
        Check("prepare");
        List<WaitingOperation> waiting = [];
        for (var i = 0; i < batch.Count; i++)
        {
            _ = batch[i];
            if (fate.Chance(OddAnswer))
                waiting.Add(new WaitingOperation(i, "another node has its keys"));
        }

        return waiting;
    }

    public AppendedMessage Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt)
    {
        Check("append");
        if (_working.FindAccount(senderId) is not { Status: AccountStatus.Active })
            Fail("Nothing that a closed account still asked is done", $"account {senderId} sends");
        if (_working.FindAccount(recipientId) is not { Status: not AccountStatus.Deleted })
            Fail("Nothing is sent to a deleted account", $"account {recipientId} gets a message");
        var before = _working.LastMessageFor(recipientId);
        var message = new LoggedMessage(
            _working.LastId + 1 + (fate.Chance(OddAnswer) ? 3 : 0), senderId, recipientId, Encoding.UTF8.GetString(body), createdAt);
        Change(tables => tables.Append(message));
        return new AppendedMessage(message.Id, before);
    }

    public ReadOutcome MarkRead(long messageId, long readerId, long readAt, out long senderId)
    {
        Check("mark read");
        senderId = 0;
        if (_working.Find(messageId) is not { } message)
            return ReadOutcome.UnknownMessage;
        senderId = message.SenderId;
        if (message.RecipientId != readerId)
            return ReadOutcome.Forbidden;
        if (_working.IsRead(messageId))
            return ReadOutcome.Again;
        Change(tables => tables.MarkRead(messageId));
        return ReadOutcome.FirstTime;
    }

    public Account? FindAccount(string username)
    {
        Check("find account");
        return _working.Find(username) is { } account ? new Account(account.Id, account.Name, account.Status) : null;
    }

    public Account? CreateAccount(string username, string passwordHash, long createdAt)
    {
        Check("create account");
        if (_working.Find(username) is not null)
            return null;
        var account = new AccountRow(_working.Accounts.Count + 1, username, passwordHash, AccountStatus.Active, createdAt);
        Change(tables => tables.Add(account));
        return new Account(account.Id, username);
    }

    public void SetPasswordHash(long accountId, string passwordHash)
    {
        Check("set password");
        if (_working.FindAccount(accountId) is { } account)
            Change(tables => tables.Replace(account with { PasswordHash = passwordHash }));
    }

    public void NoteNetwork(long accountId, long mark, long now) => _networks[(accountId, mark)] = now;

    public bool IsBlocked(long blockerId, long blockedId)
    {
        Check("is blocked");
        return _working.IsBlocked(blockerId, blockedId);
    }

    public void Block(long blockerId, long blockedId, long createdAt)
    {
        Check("block");
        Change(tables => tables.Block(blockerId, blockedId));
    }

    public void Unblock(long blockerId, long blockedId)
    {
        Check("unblock");
        Change(tables => tables.Unblock(blockerId, blockedId));
    }

    public SessionEntry Enter(long accountId)
    {
        Check("enter");
        if (fate.Chance(OddAnswer))
            return new SessionEntry(EntryOutcome.AccountChanged, default, BlocksAnybody: false);
        if (fate.Chance(OddAnswer))
        {
            Tell(HeldElsewhere, accountId);
            return new SessionEntry(EntryOutcome.HeldElsewhere, default, BlocksAnybody: false);
        }

        if (!_entered.Add(accountId))
            Fail("A user has one session", $"account {accountId} enters twice");
        Tell(Entered, accountId);
        return new SessionEntry(EntryOutcome.Entered, MailboxOf(accountId), _working.BlockedBy(accountId).Count > 0);
    }

    public void Leave(long accountId)
    {
        if (!_entered.Remove(accountId))
            Fail("A session that ends has begun", $"account {accountId} leaves");
    }

    public Mailbox GetMailbox(long accountId)
    {
        Check("get mailbox");
        return MailboxOf(accountId);
    }

    public void SetDeliveredThrough(long accountId, long messageId)
    {
        try
        {
            Check("delivered through");
        }
        catch (StorageException)
        {
            Tell(MarkLost, accountId);
            throw;
        }

        _deliveredThrough[accountId] = Math.Max(messageId, _deliveredThrough.GetValueOrDefault(accountId));
    }

    public bool Suspend(long accountId) => SetStatus(accountId, AccountStatus.Suspended);

    public bool Resume(long accountId) => SetStatus(accountId, AccountStatus.Active);

    public bool Delete(long accountId) => SetStatus(accountId, AccountStatus.Deleted);

    public bool BeginErasure(long accountId) => throw new NotSupportedException("Erasures are not simulated.");

    public CommitResult Commit()
    {
        if (!IsInTransaction)
            return new CommitResult(CommitOutcome.Stored);
        Check("commit", mayFail: false);
        fate.WaitForDisk();
        var result = fate.NextCommit();
        if (result is CommitFate.Stored or CommitFate.StoredUnknown && !isDead())
            _batch.ForEach(change => change(disk.Committed));
        fate.Trace($"commit of {_batch.Count} changes: {result}");
        fate.WaitForDisk();
        EndBatch(isStored: result == CommitFate.Stored);
        // The moment between the disk and memory, and the one between memory and the answers.
        Check("after commit", mayFail: false);
        switch (result)
        {
            case CommitFate.Stored:
                return new CommitResult(CommitOutcome.Stored);
            case CommitFate.NotStored:
                return new CommitResult(CommitOutcome.NotStored, "the disk is full");
            case CommitFate.Fenced:
                _mustEnd = true;
                return new CommitResult(CommitOutcome.Fenced, "another server has taken over");
            default:
                _mustEnd = true;
                throw new BatchOutcomeUnknownException();
        }
    }

    public void Rollback()
    {
        if (IsInTransaction)
            fate.Trace($"rollback of {_batch.Count} changes");
        EndBatch(isStored: false);
    }

    public bool Maintain()
    {
        Check("maintain", mayFail: false);
        if (isDead() || fate.Chance(0.5))
            return false;
        WriteBehind();
        return fate.Chance(0.2);
    }

    /// <summary>An orderly end: everything is written.</summary>
    public void WriteBehind()
    {
        foreach (var (accountId, messageId) in _deliveredThrough)
            disk.DeliveredThrough[accountId] = messageId;
        foreach (var (network, at) in _networks)
            disk.Networks[network] = at;
    }

    private Mailbox MailboxOf(long accountId) =>
        new(_working.LastMessageFor(accountId), _deliveredThrough.GetValueOrDefault(accountId));

    private bool SetStatus(long accountId, AccountStatus status)
    {
        Check("set status");
        if (_working.FindAccount(accountId) is not { Status: not AccountStatus.Deleted } account)
            return false;
        var hash = status == AccountStatus.Deleted ? Credentials.UnusableHash : account.PasswordHash;
        Change(tables => tables.Replace(account with { Status = status, PasswordHash = hash }));
        return true;
    }

    private void Change(Action<Tables> change)
    {
        IsInTransaction = true;
        _batch.Add(change);
        change(_working);
    }

    private void EndBatch(bool isStored)
    {
        // The working copy has the batch already.
        if (!isStored && IsInTransaction)
            _working = disk.Committed.Clone();
        _batch.Clear();
        IsInTransaction = false;
    }

    // What a process does between its death and the end of its step happens to nobody.
    private void Tell(Action<long>? listener, long accountId)
    {
        if (!isDead())
            listener?.Invoke(accountId);
    }

    private void Fail(string rule, string what)
    {
        if (!isDead())
            fate.Fail(rule, what);
    }

    private void Check(string place, bool mayFail = true)
    {
        if (_mustEnd)
            Fail("A store that cannot go on is left alone", place);
        if (fate.Passes(place) || !mayFail || isDead())
            return;
        Rollback();
        throw new StorageException($"the disk fails at: {place}");
    }
}
