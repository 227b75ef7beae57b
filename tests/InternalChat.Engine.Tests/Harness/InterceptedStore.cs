using InternalChat.Storage;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>The real store, stopped or broken where a test says so. The hooks run on the writer's thread.</summary>
internal sealed class InterceptedStore(IStoreWriter store) : DelegatingStoreWriter(store)
{
    /// <summary>Says which operations of a batch have to wait; none if not set.</summary>
    public Func<IBatchKeys, IReadOnlyList<WaitingOperation>>? WhatWaits { get; set; }

    /// <summary>Before a commit; what it throws becomes the commit's failure.</summary>
    public Action? BeforeCommit { get; set; }

    /// <summary>After a commit, when the file and memory have the batch.</summary>
    public Action? AfterCommit { get; set; }

    /// <summary>Before an append, with the recipient.</summary>
    public Action<long>? BeforeAppend { get; set; }

    public Action? BeforeLeave { get; set; }

    /// <summary>What the store says of its room instead of the truth.</summary>
    public bool? IsLow { get; set; }

    public override bool IsShortOfRoom => IsLow ?? base.IsShortOfRoom;

    public Action? BeforeMaintain { get; set; }

    public Action? BeforeGetMailbox { get; set; }

    public Action? BeforeSetDelivered { get; set; }

    public Action<long, long>? AfterSetDelivered { get; set; }

    /// <summary>After a network was noted, with the time that is kept for it.</summary>
    public Action<long>? AfterNoteNetwork { get; set; }

    public override IReadOnlyList<WaitingOperation> Prepare(IBatchKeys batch) => WhatWaits?.Invoke(batch) ?? base.Prepare(batch);

    public override AppendedMessage Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt)
    {
        Run(() => BeforeAppend?.Invoke(recipientId));
        return base.Append(senderId, recipientId, body, createdAt);
    }

    public override SessionEntry Enter(long accountId)
    {
        Run(BeforeGetMailbox);
        return base.Enter(accountId);
    }

    public override void Leave(long accountId)
    {
        BeforeLeave?.Invoke();
        base.Leave(accountId);
    }

    public override Mailbox GetMailbox(long accountId)
    {
        Run(BeforeGetMailbox);
        return base.GetMailbox(accountId);
    }

    public override void SetDeliveredThrough(long accountId, long messageId)
    {
        Run(BeforeSetDelivered);
        base.SetDeliveredThrough(accountId, messageId);
        AfterSetDelivered?.Invoke(accountId, messageId);
    }

    public override void NoteNetwork(long accountId, long mark, long now)
    {
        base.NoteNetwork(accountId, mark, now);
        AfterNoteNetwork?.Invoke(now);
    }

    public override CommitResult Commit()
    {
        try
        {
            BeforeCommit?.Invoke();
        }
        catch (StorageException failure)
        {
            Rollback();
            return new CommitResult(CommitOutcome.NotStored, failure.Message);
        }

        var result = base.Commit();
        AfterCommit?.Invoke();
        return result;
    }

    public override bool Maintain()
    {
        BeforeMaintain?.Invoke();
        return base.Maintain();
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
            Rollback();
            throw;
        }
    }
}
