using InternalChat.Storage;

namespace InternalChat.Benchmarks.Engine;

/// <summary>The log's null end: gives out ids and keeps nothing. What is above it is the engine's own price.</summary>
internal sealed class NullMessageLog : IMessageLog, IAccountAdministration
{
    private long _lastAppended;
    private long _lastAccountId;

    public long LastMessageId { get; private set; }

    public bool IsInTransaction { get; private set; }

    public long Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt)
    {
        IsInTransaction = true;
        return ++_lastAppended;
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

    public bool Reinstate(long accountId) => true;

    public bool Delete(long accountId) => true;

    public bool BeginErasure(long accountId) => true;

    public void NoteNetwork(long accountId, long mark, long now)
    {
    }

    public bool IsBlocked(long blockerId, long blockedId) => false;

    public bool BlocksAnybody(long accountId) => false;

    public void Block(long blockerId, long blockedId, long createdAt)
    {
    }

    public void Unblock(long blockerId, long blockedId)
    {
    }

    public Mailbox GetMailbox(long accountId) => default;

    public void SetDeliveredThrough(long accountId, long messageId)
    {
    }

    public void Commit()
    {
        LastMessageId = _lastAppended;
        IsInTransaction = false;
    }

    public void Rollback()
    {
        _lastAppended = LastMessageId;
        IsInTransaction = false;
    }

    public bool Maintain() => false;
}
