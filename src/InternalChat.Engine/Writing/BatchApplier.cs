using InternalChat.Engine.Operations;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Storage;

namespace InternalChat.Engine.Writing;

/// <summary>
/// The first half of a batch: checks what needs shared state, in the contract's order, and writes to the store. Runs on the writer
/// thread; makes nothing visible.
/// </summary>
internal sealed class BatchApplier(
    IStoreWriter store, AccountDirectory accounts, AccountChanges changes, AccountRevisions revisions, PendingMessages pending)
{
    /// <summary>Applies one operation.</summary>
    /// <param name="operation">What is asked.</param>
    /// <param name="now">Unix seconds.</param>
    /// <exception cref="StorageException">The store has rolled the whole batch back.</exception>
    public Outcome Apply(in Operation operation, long now)
    {
        if (operation.IsPipelined && changes.IsClosed(operation.Session))
            return Outcome.Refused(ErrorCode.Suspended);
        return ApplyToStore(operation, now);
    }

    /// <summary>What was applied is not stored after all: takes back what the store does not roll back.</summary>
    public void TakeBack(in Operation operation, in Outcome outcome)
    {
        if (outcome.Kind == OutcomeKind.Appended)
            pending.TakeBack(outcome.AccountId, operation.Session.AccountId);
    }

    private Outcome ApplyToStore(in Operation operation, long now) => operation.Kind switch
    {
        OperationKind.Message => Append(operation, now),
        OperationKind.Read => MarkRead(operation, now),
        OperationKind.Block => Block(operation, now),
        OperationKind.Unblock => Unblock(operation),
        OperationKind.Login => LogIn(operation.Session, (LoginRequest)operation.Payload!, now),
        OperationKind.Rehash => Rehash((RehashRequest)operation.Payload!),
        OperationKind.Acknowledged or OperationKind.Logout => MarkDelivered(operation),
        OperationKind.ChangeAccount => changes.Apply((AccountChange)operation.Payload!, now),
        _ => Outcome.Done,
    };

    private Outcome Append(in Operation operation, long now)
    {
        var sender = operation.Session.AccountId;
        var recipient = accounts.Find(operation.Target);
        if (recipient == 0)
            return Outcome.Refused(ErrorCode.UnknownTarget);
        if (store.IsBlocked(recipient, sender))
            return Outcome.Refused(ErrorCode.Blocked);
        var counts = pending.Counts(recipient);
        if (counts && pending.IsFull(recipient, sender, now))
            return Outcome.Refused(ErrorCode.MailboxFull);
        var message = store.Append(sender, recipient, operation.Body.AsSpan(0, operation.BodyLength), now);
        if (counts)
            pending.Add(recipient, sender, now);
        return new Outcome(OutcomeKind.Appended, message.Id, recipient);
    }

    private Outcome MarkRead(in Operation operation, long now) =>
        store.MarkRead(operation.Number, operation.Session.AccountId, now, out var sender) switch
        {
            ReadOutcome.FirstTime => new Outcome(OutcomeKind.FirstRead, operation.Number, Blocks(operation.Session, sender) ? 0 : sender),
            ReadOutcome.Again => Outcome.Done,
            ReadOutcome.Forbidden => Outcome.Refused(ErrorCode.Forbidden),
            _ => Outcome.Refused(ErrorCode.UnknownMessage),
        };

    private Outcome Block(in Operation operation, long now)
    {
        var target = accounts.Find(operation.Target);
        if (target == 0)
            return Outcome.Refused(ErrorCode.UnknownTarget);
        // Before it is stored: whoever finds the block in the store must not have been told that there is none.
        operation.Session.User.MayBlock = true;
        store.Block(operation.Session.AccountId, target, now);
        return Outcome.Done;
    }

    private bool Blocks(Session session, long accountId) => session.User.MayBlock && store.IsBlocked(session.AccountId, accountId);

    private Outcome Unblock(in Operation operation)
    {
        var target = accounts.Find(operation.Target);
        if (target == 0)
            return Outcome.Done;
        store.Unblock(operation.Session.AccountId, target);
        return Outcome.Done;
    }

    private Outcome LogIn(Session session, LoginRequest request, long now)
    {
        if (request.NewPasswordHash is null)
        {
            if (revisions.HasChangedSince(request.AccountId, request.Revision))
                return new Outcome(OutcomeKind.Stale);
            if (request.NetworkToNote is { } mark)
                store.NoteNetwork(request.AccountId, mark, now);
            return Outcome.Done;
        }

        // The last moment at which it can be told: who goes between this and the commit has an account.
        if (session.HasLostPeer())
            return new Outcome(OutcomeKind.Stale);
        if (store.CreateAccount(request.UserName.ToString(), request.NewPasswordHash, now) is not { } account)
            return new Outcome(OutcomeKind.Stale);
        if (request.NetworkToNote is { } first)
            store.NoteNetwork(account.Id, first, now);
        return new Outcome(OutcomeKind.AccountCreated, AccountId: account.Id);
    }

    private Outcome Rehash(RehashRequest request)
    {
        // The operator may have set another password since the old hash was verified.
        if (!revisions.HasChangedSince(request.AccountId, request.Revision))
            store.SetPasswordHash(request.AccountId, request.PasswordHash);
        return Outcome.Done;
    }

    private Outcome MarkDelivered(in Operation operation)
    {
        if (operation.Session.User.Status != AccountStatus.Deleted)
            store.SetDeliveredThrough(operation.Session.AccountId, operation.Number);
        return Outcome.Done;
    }
}
