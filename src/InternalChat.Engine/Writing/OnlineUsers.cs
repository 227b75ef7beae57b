using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Sessions;
using InternalChat.Storage;

namespace InternalChat.Engine.Writing;

/// <summary>Brings users online and takes them offline, once the batch is stored: one session a user. Runs on the writer thread.</summary>
internal sealed class OnlineUsers(
    IStoreWriter store, AccountDirectory accounts, VerifiedPasswords verified, SessionRegistry sessions, MailboxDelivery mailboxes,
    PresenceBroadcaster presence, UnflushedSessions unflushed, PendingMessages pending, KnownNames known, EngineMetrics metrics)
{
    /// <summary>Ends a login: the user is online, or the request says why not.</summary>
    public void LogIn(Session session, LoginRequest request, in Outcome outcome)
    {
        if (outcome.Kind == OutcomeKind.Refused)
        {
            request.Outcome.SetResult(LoginOutcome.NotStored);
            return;
        }

        if (outcome.Kind == OutcomeKind.Stale)
        {
            request.Outcome.SetResult(LoginOutcome.Stale);
            return;
        }

        var registered = outcome.Kind == OutcomeKind.AccountCreated;
        if (registered)
            known.Changed();
        var accountId = registered ? outcome.AccountId : request.AccountId;
        verified.Remember(request.UserName, request.Password, accountId, session.Network);
        var user = sessions.UserOf(accountId, request.UserName);
        switch (user.Admit(session, request))
        {
            case Admission.Now:
                BringOnline(user, session, request, registered);
                break;
            case Admission.Refused:
                request.Outcome.SetResult(LoginOutcome.AlreadyConnected);
                break;
        }
    }

    /// <summary>Ends a session; the login that waits for the end of the user's last one comes online.</summary>
    public void LogOut(Session session, TaskCompletionSource completion)
    {
        var user = session.User;
        sessions.SetOffline(session);
        try
        {
            store.Leave(session.AccountId);
            if (user.IsEmpty)
                presence.WentOffline(user);
        }
        finally
        {
            completion.SetResult();
            if (user.IsEmpty && user.TakeWaiting() is { } waiting)
                BringOnline(user, waiting);
        }
    }

    /// <summary>Nobody logs out any more: who waits for that has no answer to come.</summary>
    public void CancelWaiting()
    {
        foreach (var user in sessions.Users)
            user.TakeWaiting()?.Request.Outcome.TrySetCanceled();
    }

    /// <summary>The account was changed: who waits to log in has to begin anew.</summary>
    public void RefuseWaiting(long accountId)
    {
        if (sessions.TryGetOnline(accountId, out var user))
            user.TakeWaiting()?.Request.Outcome.SetResult(LoginOutcome.Stale);
    }

    private void BringOnline(UserSessions user, WaitingLogin waiting)
    {
        try
        {
            BringOnline(user, waiting.Session, waiting.Request, registered: false);
        }
        catch
        {
            // The operation under way is the other session's: nobody else would end this one.
            waiting.Session.Fail();
            waiting.Request.Outcome.TrySetResult(LoginOutcome.NotStored);
            throw;
        }
    }

    /// <returns>False if the store cannot be read; it has reported that.</returns>
    private bool TryEnter(long accountId, out SessionEntry entry)
    {
        try
        {
            entry = store.Enter(accountId);
            return true;
        }
        catch (StorageException)
        {
            entry = default;
            return false;
        }
    }

    private void BringOnline(UserSessions user, Session session, LoginRequest request, bool registered)
    {
        if (!TryEnter(user.AccountId, out var entry))
        {
            request.Outcome.SetResult(LoginOutcome.NotStored);
            return;
        }

        if (entry.Outcome != EntryOutcome.Entered)
        {
            request.Outcome.SetResult(
                entry.Outcome == EntryOutcome.HeldElsewhere ? LoginOutcome.AlreadyConnected : LoginOutcome.Stale);
            return;
        }

        user.MayBlock = entry.BlocksAnybody;
        var mailbox = entry.Mailbox;
        metrics.LoggedIn(registered);
        accounts.Remember(user.Name, user.AccountId);
        var delivery = new DeliveryState(mailbox.DeliveredThrough);
        session.Authenticated(user, delivery, presence.NextSequence());
        sessions.SetOnline(session);
        pending.Forget(user.AccountId);
        using (var scope = session.Outbound.Begin())
        {
            if (scope.Writer is { } writer)
            {
                if (registered)
                    session.Wire.OkRegistered(writer);
                else
                    session.Wire.OkAuthenticated(writer);
                scope.Holds(mailbox.DeliveredThrough);
            }
        }

        unflushed.Add(session);
        mailboxes.Open(session, mailbox);
        request.Outcome.SetResult(registered ? LoginOutcome.Registered : LoginOutcome.Authenticated);
    }
}
