using InternalChat.Engine.Accounts;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol.Writing;
using InternalChat.Storage;

namespace InternalChat.Engine.Writing;

/// <summary>Brings users online and takes them offline, once the batch is stored: one session a user. Runs on the writer thread.</summary>
internal sealed class OnlineUsers(
    IStoreWriter store, AccountDirectory accounts, VerifiedPasswords verified, SessionRegistry sessions, MailboxDelivery mailboxes,
    PresenceBroadcaster presence, TouchedSessions touched, EngineMetrics metrics)
{
    private readonly Dictionary<long, (Session Session, LoginRequest Request)> _waitingForLogout = [];

    /// <summary>Ends a login: the user is online, or the request says why not.</summary>
    public void LogIn(Session session, LoginRequest request, in Outcome outcome)
    {
        if (outcome.Kind == OutcomeKind.Refused)
        {
            request.Outcome.SetResult(LoginOutcome.NotStored);
            return;
        }

        if (outcome.Kind == OutcomeKind.Overtaken)
        {
            request.Outcome.SetResult(LoginOutcome.Overtaken);
            return;
        }

        var registered = outcome.Kind == OutcomeKind.AccountCreated;
        var accountId = registered ? outcome.AccountId : request.AccountId;
        verified.Remember(request.UserName, request.Password, accountId, session.Network);
        if (!sessions.TryGetOnline(accountId, out var other))
            BringOnline(session, request, accountId, registered);
        else if (!other.IsClosing || !_waitingForLogout.TryAdd(accountId, (session, request)))
            request.Outcome.SetResult(LoginOutcome.AlreadyConnected);
    }

    /// <summary>Ends a session; who waits to log in after it does.</summary>
    public void LogOut(Session session, TaskCompletionSource completion)
    {
        sessions.SetOffline(session);
        store.Leave(session.AccountId);
        try
        {
            presence.WentOffline(session);
        }
        finally
        {
            completion.SetResult();
            if (_waitingForLogout.Remove(session.AccountId, out var waiting))
                BringOnlineAfter(session, waiting.Session, waiting.Request);
        }
    }

    /// <summary>Nobody logs out any more: who waits for that has no answer to come.</summary>
    public void CancelWaiting()
    {
        foreach (var (_, request) in _waitingForLogout.Values)
            request.Outcome.TrySetCanceled();
        _waitingForLogout.Clear();
    }

    /// <summary>The account was changed: who waits to log in has to begin anew.</summary>
    public void RefuseWaiting(long accountId)
    {
        if (_waitingForLogout.Remove(accountId, out var waiting))
            waiting.Request.Outcome.SetResult(LoginOutcome.Overtaken);
    }

    private void BringOnlineAfter(Session other, Session session, LoginRequest request)
    {
        try
        {
            BringOnline(session, request, other.AccountId, registered: false);
        }
        catch
        {
            // The operation under way is the other session's: nobody else would end this one.
            session.Break();
            request.Outcome.TrySetResult(LoginOutcome.NotStored);
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

    private void BringOnline(Session session, LoginRequest request, long accountId, bool registered)
    {
        if (!TryEnter(accountId, out var entry))
        {
            request.Outcome.SetResult(LoginOutcome.NotStored);
            return;
        }

        if (entry.Outcome != EntryOutcome.Entered)
        {
            request.Outcome.SetResult(
                entry.Outcome == EntryOutcome.HeldElsewhere ? LoginOutcome.AlreadyConnected : LoginOutcome.Overtaken);
            return;
        }

        session.MayBlock = entry.BlocksAnybody;
        var mailbox = entry.Mailbox;
        metrics.LoggedIn(registered);
        accounts.Remember(request.UserName, accountId);
        var delivery = new DeliveryState(mailbox.DeliveredThrough);
        session.Authenticated(accountId, request.UserName, delivery, presence.NextSequence());
        sessions.SetOnline(session);
        using (var scope = session.Outbound.Begin())
        {
            if (scope.Writer is { } writer)
            {
                if (registered)
                    ServerFrames.OkRegistered(writer);
                else
                    ServerFrames.OkAuthenticated(writer);
                scope.Holds(mailbox.DeliveredThrough);
            }
        }

        touched.Add(session);
        mailboxes.Open(session, mailbox);
        request.Outcome.SetResult(registered ? LoginOutcome.Registered : LoginOutcome.Authenticated);
    }
}
