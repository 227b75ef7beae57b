using InternalChat.Engine.Connections;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Sessions;
using InternalChat.Storage;

namespace InternalChat.Engine.Writing;

/// <summary>
/// What operators do to accounts: both halves, applying within the batch and publishing after its commit. Here is decided who of an
/// account that is closed still gets through: nobody whose command comes behind the change, and no login that was verified before it.
/// Runs on the writer thread.
/// </summary>
internal sealed class AccountChanges(
    IStoreWriter store, AccountDirectory directory, AccountRevisions revisions, SessionRegistry sessions,
    VerifiedPasswords verified, OnlineUsers online, PendingMessages pending, KnownNames known)
{
    private readonly List<long> _closedByBatch = [];

    /// <summary>Whether the batch under way closes accounts.</summary>
    public bool HaveClosedAccounts => _closedByBatch.Count > 0;

    /// <summary>Whether the operator has closed a session's account: nothing that is still asked on it is done.</summary>
    public bool IsClosed(Session session) =>
        session.User.Status != AccountStatus.Active || (_closedByBatch.Count > 0 && _closedByBatch.Contains(session.AccountId));

    /// <summary>Applies a change to the store; makes nothing visible.</summary>
    /// <param name="change">What is asked.</param>
    /// <param name="now">Unix seconds.</param>
    /// <exception cref="StorageException">The store has rolled the whole batch back.</exception>
    public Outcome Apply(AccountChange change, long now)
    {
        change.Applied = change.Kind == AccountChangeKind.Add ? Add(change, now) : ApplyToExisting(change);
        if (change.Applied == AccountChangeOutcome.Done && change.OutdatesPassword)
            revisions.Note(change.AccountId);
        if (change.Applied == AccountChangeOutcome.Done && change.ClosesAccount)
        {
            directory.Forget(change.Name);
            _closedByBatch.Add(change.AccountId);
        }

        return Outcome.Done;
    }

    /// <summary>Puts a change into force and answers it.</summary>
    /// <param name="change">What was asked.</param>
    /// <param name="outcome">Whether it was stored.</param>
    public void Publish(AccountChange change, in Outcome outcome)
    {
        _closedByBatch.Clear();
        var isStored = outcome.Kind == OutcomeKind.Done;
        if (isStored && change.Applied == AccountChangeOutcome.Done && change.OutdatesPassword)
            verified.Forget(change.Name);
        // Also where nothing was stored: what was noted must not make logins begin anew for ever.
        revisions.Publish();
        if (isStored && change.Applied == AccountChangeOutcome.Done)
            PutIntoForce(change);
        change.Complete(isStored ? change.Applied : AccountChangeOutcome.NotStored);
    }

    private void PutIntoForce(AccountChange change)
    {
        if (change.OutdatesPassword)
            online.RefuseWaiting(change.AccountId);
        if (change.Kind is AccountChangeKind.Add or AccountChangeKind.Delete or AccountChangeKind.Erase)
            known.Changed();
        if (!change.ClosesAccount)
            return;
        // The user may have come online in this very batch, and with that into the directory again.
        directory.Forget(change.Name);
        if (change.Kind != AccountChangeKind.Suspend)
            pending.Forget(change.AccountId);
        if (!sessions.TryGetOnline(change.AccountId, out var user))
            return;
        user.Status = change.Kind == AccountChangeKind.Suspend ? AccountStatus.Suspended : AccountStatus.Deleted;
        foreach (var session in user)
            session.RequestClose(CloseReason.AccountClosed);
    }

    private AccountChangeOutcome Add(AccountChange change, long now)
    {
        if (store.CreateAccount(change.Name.ToString(), change.PasswordHash!, now) is not { } account)
            return AccountChangeOutcome.NameTaken;
        change.AccountId = account.Id;
        return AccountChangeOutcome.Done;
    }

    private AccountChangeOutcome ApplyToExisting(AccountChange change)
    {
        if (store.FindAccount(change.Name.ToString()) is not { } account)
            return AccountChangeOutcome.NoSuchUser;
        if (account.Status == AccountStatus.Deleted && change.Kind != AccountChangeKind.Erase)
            return AccountChangeOutcome.IsDeleted;
        change.AccountId = account.Id;
        switch (change.Kind)
        {
            case AccountChangeKind.SetPassword:
                store.SetPasswordHash(account.Id, change.PasswordHash!);
                break;
            case AccountChangeKind.Suspend:
                store.Suspend(account.Id);
                break;
            case AccountChangeKind.Resume:
                store.Resume(account.Id);
                break;
            case AccountChangeKind.Delete:
                store.Delete(account.Id);
                break;
            case AccountChangeKind.Erase:
                store.BeginErasure(account.Id);
                break;
        }

        return AccountChangeOutcome.Done;
    }
}
