using InternalChat.Storage;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>A store's writing side that hands everything on; tests override what they change.</summary>
internal abstract class DelegatingStoreWriter(IStoreWriter store) : IStoreWriter
{
    public virtual bool IsInTransaction => store.IsInTransaction;

    public virtual bool IsShortOfRoom => store.IsShortOfRoom;

    public virtual IReadOnlyList<WaitingOperation> Prepare(IBatchKeys batch) => store.Prepare(batch);

    public virtual AppendedMessage Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt) =>
        store.Append(senderId, recipientId, body, createdAt);

    public virtual ReadOutcome MarkRead(long messageId, long readerId, long readAt, out long senderId) =>
        store.MarkRead(messageId, readerId, readAt, out senderId);

    public virtual Account? FindAccount(string username) => store.FindAccount(username);

    public virtual Account? CreateAccount(string username, string passwordHash, long createdAt) =>
        store.CreateAccount(username, passwordHash, createdAt);

    public virtual void SetPasswordHash(long accountId, string passwordHash) => store.SetPasswordHash(accountId, passwordHash);

    public virtual void NoteNetwork(long accountId, long mark, long now) => store.NoteNetwork(accountId, mark, now);

    public virtual bool IsBlocked(long blockerId, long blockedId) => store.IsBlocked(blockerId, blockedId);

    public virtual void Block(long blockerId, long blockedId, long createdAt) => store.Block(blockerId, blockedId, createdAt);

    public virtual void Unblock(long blockerId, long blockedId) => store.Unblock(blockerId, blockedId);

    public virtual SessionEntry Enter(long accountId) => store.Enter(accountId);

    public virtual void Leave(long accountId) => store.Leave(accountId);

    public virtual Mailbox GetMailbox(long accountId) => store.GetMailbox(accountId);

    public virtual void SetDeliveredThrough(long accountId, long messageId) => store.SetDeliveredThrough(accountId, messageId);

    public virtual bool Suspend(long accountId) => store.Suspend(accountId);

    public virtual bool Resume(long accountId) => store.Resume(accountId);

    public virtual bool Delete(long accountId) => store.Delete(accountId);

    public virtual bool BeginErasure(long accountId) => store.BeginErasure(accountId);

    public virtual CommitResult Commit() => store.Commit();

    public virtual void Rollback() => store.Rollback();

    public virtual bool Maintain() => store.Maintain();
}
