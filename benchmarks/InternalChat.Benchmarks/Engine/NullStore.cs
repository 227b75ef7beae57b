using InternalChat.Storage;

namespace InternalChat.Benchmarks.Engine;

/// <summary>The store's null end: gives out ids and keeps nothing. What is above it is the engine's own price.</summary>
internal sealed class NullStore : IStoreWriter
{
    private long _lastMessageId;
    private long _lastAppended;
    private long _lastAccountId;

    public bool IsInTransaction { get; private set; }

    public bool IsShortOfRoom => false;

    public IReadOnlyList<WaitingOperation> Prepare(IBatchKeys batch) => [];

    public AppendedMessage Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt)
    {
        IsInTransaction = true;
        return new AppendedMessage(++_lastAppended, 0);
    }

    public ReadOutcome MarkRead(long messageId, long readerId, long readAt, out long senderId)
    {
        senderId = 0;
        return ReadOutcome.UnknownMessage;
    }

    public Account? FindAccount(string username) => null;

    public Account? CreateAccount(string username, string passwordHash, long createdAt)
    {
        IsInTransaction = true;
        return new Account(++_lastAccountId, username);
    }

    public void SetPasswordHash(long accountId, string passwordHash)
    {
    }

    public bool Suspend(long accountId) => true;

    public bool Resume(long accountId) => true;

    public bool Delete(long accountId) => true;

    public bool BeginErasure(long accountId) => true;

    public void NoteNetwork(long accountId, long mark, long now)
    {
    }

    public bool IsBlocked(long blockerId, long blockedId) => false;

    public void Block(long blockerId, long blockedId, long createdAt)
    {
    }

    public void Unblock(long blockerId, long blockedId)
    {
    }

    public SessionEntry Enter(long accountId) => default;

    public void Leave(long accountId)
    {
    }

    public Mailbox GetMailbox(long accountId) => default;

    public void SetDeliveredThrough(long accountId, long messageId)
    {
    }

    public CommitResult Commit()
    {
        _lastMessageId = _lastAppended;
        IsInTransaction = false;
        return default;
    }

    public void Rollback()
    {
        _lastAppended = _lastMessageId;
        IsInTransaction = false;
    }

    public bool Maintain() => false;
}
