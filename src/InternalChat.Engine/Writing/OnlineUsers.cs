using InternalChat.Engine.Accounts;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Sessions;
using InternalChat.Storage;

namespace InternalChat.Engine.Writing;

/// <summary>Brings users online and takes them offline, once the batch is stored: one session a user. Runs on the writer thread.</summary>
internal sealed class OnlineUsers(
    IMessageLog log, AccountDirectory accounts, VerifiedPasswords verified, SessionRegistry sessions, MailboxDelivery mailboxes,
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

    /// <returns>False where the log cannot be read; it has reported that.</returns>
    private bool TryFindBlocks(Session session, long accountId)
    {
        try
        {
            session.MayBlock = log.BlocksAnybody(accountId);
            return true;
        }
        catch (StorageException)
        {
            return false;
        }
    }

    private void BringOnline(Session session, LoginRequest request, long accountId, bool registered)
    {
        if (!mailboxes.TryFind(accountId, out var mailbox) || !TryFindBlocks(session, accountId))
        {
            request.Outcome.SetResult(LoginOutcome.NotStored);
            return;
        }

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
                    session.Wire.OkRegistered(writer);
                else
                    session.Wire.OkAuthenticated(writer);
                scope.Holds(mailbox.DeliveredThrough);
            }
        }

        touched.Add(session);
        mailboxes.Open(session, mailbox);
        request.Outcome.SetResult(registered ? LoginOutcome.Registered : LoginOutcome.Authenticated);
    }
}
