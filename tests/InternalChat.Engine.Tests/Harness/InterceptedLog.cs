using InternalChat.Storage;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>The real log, stopped or broken where a test says so. The hooks run on the writer's thread.</summary>
internal sealed class InterceptedLog(IMessageLog log) : IMessageLog
{
    /// <summary>Before a commit; what it throws becomes the commit's failure.</summary>
    public Action? BeforeCommit { get; set; }

    /// <summary>After a commit, when the file and memory have the batch.</summary>
    public Action? AfterCommit { get; set; }

    /// <summary>Before an append, with the recipient.</summary>
    public Action<long>? BeforeAppend { get; set; }

    public Action? BeforeMaintain { get; set; }

    public Action? BeforeGetMailbox { get; set; }

    public Action? BeforeSetDelivered { get; set; }

    public Action<long, long>? AfterSetDelivered { get; set; }

    public long LastMessageId => log.LastMessageId;

    public bool IsInTransaction => log.IsInTransaction;

    public long Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt)
    {
        Run(() => BeforeAppend?.Invoke(recipientId));
        return log.Append(senderId, recipientId, body, createdAt);
    }

    public ReadOutcome MarkRead(long messageId, long readerId, long readAt, out long senderId) =>
        log.MarkRead(messageId, readerId, readAt, out senderId);

    public Account? FindAccount(string username) => log.FindAccount(username);

    public Account? CreateAccount(string username, string passwordHash, long createdAt) =>
        log.CreateAccount(username, passwordHash, createdAt);

    public void SetPasswordHash(long accountId, string passwordHash) => log.SetPasswordHash(accountId, passwordHash);

    public void NoteNetwork(long accountId, long mark, long now) => log.NoteNetwork(accountId, mark, now);

    public bool IsBlocked(long blockerId, long blockedId) => log.IsBlocked(blockerId, blockedId);

    public bool BlocksAnybody(long accountId) => log.BlocksAnybody(accountId);

    public void Block(long blockerId, long blockedId, long createdAt) => log.Block(blockerId, blockedId, createdAt);

    public void Unblock(long blockerId, long blockedId) => log.Unblock(blockerId, blockedId);

    public Mailbox GetMailbox(long accountId)
    {
        Run(BeforeGetMailbox);
        return log.GetMailbox(accountId);
    }

    public void SetDeliveredThrough(long accountId, long messageId)
    {
        Run(BeforeSetDelivered);
        log.SetDeliveredThrough(accountId, messageId);
        AfterSetDelivered?.Invoke(accountId, messageId);
    }

    public void Commit()
    {
        Run(BeforeCommit);
        log.Commit();
        AfterCommit?.Invoke();
    }

    public void Rollback() => log.Rollback();

    public bool Maintain()
    {
        BeforeMaintain?.Invoke();
        return log.Maintain();
    }

    private void Run(Action? hook)
    {
        try
        {
            hook?.Invoke();
        }
        catch (StorageException)
        {
            // The contract: when it throws, the batch is already rolled back.
            log.Rollback();
            throw;
        }
    }
}
