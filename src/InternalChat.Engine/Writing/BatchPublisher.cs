using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol.Writing;

namespace InternalChat.Engine.Writing;

/// <summary>
/// The second half of a batch, after its commit: replies, messages and receipts go into the outbound queues, users come and go. Each
/// queue that was touched is flushed once, at the end. Runs on the writer thread.
/// </summary>
internal sealed class BatchPublisher(
    AccountDirectory accounts, SessionRegistry sessions, MailboxDelivery mailboxes, PresenceBroadcaster presence, TouchedSessions touched,
    EngineMetrics metrics)
{
    private readonly Dictionary<long, (Session Session, LoginRequest Request)> _parkedLogins = [];

    /// <summary>Makes one operation's outcome visible.</summary>
    /// <param name="operation">What was asked.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="now">Unix seconds, as the log has it.</param>
    public void Publish(in Operation operation, in Outcome outcome, long now)
    {
        try
        {
            switch (operation.Kind)
            {
                case OperationKind.Message:
                    PublishMessage(operation, outcome, now);
                    break;
                case OperationKind.Read:
                    PublishRead(operation, outcome);
                    break;
                case OperationKind.Block or OperationKind.Unblock:
                    PublishBlock(operation, outcome);
                    break;
                case OperationKind.Login:
                    Login(operation.Session, (LoginRequest)operation.Payload!, outcome);
                    break;
                case OperationKind.HandedOver:
                    mailboxes.HandedOver(operation.Session, (HandedOverChunk)operation.Payload!);
                    break;
                case OperationKind.Logout:
                    Logout(operation.Session, (TaskCompletionSource)operation.Payload!);
                    break;
            }
        }
        finally
        {
            // Also where it failed: the connection's read loop waits for it before it closes.
            if (operation.IsPipelined)
                operation.Session.InFlight!.Done();
        }
    }

    /// <summary>Flushes every queue that the batch has touched.</summary>
    public void FlushTouched() => touched.Flush();

    /// <summary>Ends an operation whose publishing failed, so that nobody waits for it for ever.</summary>
    public static void Abandon(in Operation operation)
    {
        operation.Session.RequestClose(CloseReason.ConnectionLost);
        operation.Session.Abort();
        if (operation.Payload is LoginRequest login)
            login.Outcome.TrySetResult(LoginOutcome.NotStored);
        else if (operation.Payload is TaskCompletionSource completion)
            completion.TrySetResult();
    }

    private void PublishMessage(in Operation operation, in Outcome outcome, long now)
    {
        var sender = operation.Session;
        var pushed = outcome.Kind == OutcomeKind.Appended && mailboxes.TryPush(operation, outcome, now);
        CountMessage(outcome, pushed);
        using (var scope = sender.Outbound.Begin())
        {
            if (scope.Writer is { } writer)
            {
                if (pushed)
                    ServerFrames.Delivered(writer, outcome.Number);
                else if (outcome.Kind == OutcomeKind.Appended)
                    ServerFrames.OkQueued(writer, outcome.Number);
                else
                    ServerFrames.Error(writer, outcome.Error);
            }
        }

        touched.Add(sender);
    }

    private void PublishRead(in Operation operation, in Outcome outcome)
    {
        var reader = operation.Session;
        if (outcome.Kind == OutcomeKind.FirstRead)
            metrics.MessageRead();
        CountRefusal(outcome);
        using (var scope = reader.Outbound.Begin())
        {
            if (scope.Writer is { } writer)
            {
                if (outcome.Kind == OutcomeKind.Refused)
                    ServerFrames.Error(writer, outcome.Error);
                else
                    ServerFrames.OkRead(writer, operation.Number);
            }
        }

        touched.Add(reader);
        if (outcome.Kind != OutcomeKind.FirstRead || !sessions.TryGetOnline(outcome.AccountId, out var sender))
            return;
        using (var scope = sender.Outbound.Begin())
        {
            if (scope.Writer is { } writer)
                ServerFrames.Read(writer, operation.Number, reader.UserName);
        }

        touched.Add(sender);
    }

    private void PublishBlock(in Operation operation, in Outcome outcome)
    {
        CountRefusal(outcome);
        using (var scope = operation.Session.Outbound.Begin())
        {
            if (scope.Writer is { } writer)
            {
                if (outcome.Kind == OutcomeKind.Refused)
                    ServerFrames.Error(writer, outcome.Error);
                else if (operation.Kind == OperationKind.Block)
                    ServerFrames.OkBlocked(writer, operation.Target);
                else
                    ServerFrames.OkUnblocked(writer, operation.Target);
            }
        }

        touched.Add(operation.Session);
    }

    private void Login(Session session, LoginRequest request, in Outcome outcome)
    {
        if (outcome.Kind == OutcomeKind.Refused)
        {
            request.Outcome.SetResult(LoginOutcome.NotStored);
            return;
        }

        if (outcome.Kind == OutcomeKind.NameTaken)
        {
            request.Outcome.SetResult(LoginOutcome.NameTaken);
            return;
        }

        var registered = outcome.Kind == OutcomeKind.AccountCreated;
        var accountId = registered ? outcome.AccountId : request.AccountId;
        if (!sessions.TryGetOnline(accountId, out var other))
            BringOnline(session, request, accountId, registered);
        else if (!other.IsClosing || !_parkedLogins.TryAdd(accountId, (session, request)))
            request.Outcome.SetResult(LoginOutcome.AlreadyConnected);
    }

    private void BringOnline(Session session, LoginRequest request, long accountId, bool registered)
    {
        if (!mailboxes.TryFind(accountId, out var mailbox))
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

    private void Logout(Session session, TaskCompletionSource completion)
    {
        sessions.SetOffline(session);
        presence.WentOffline(session);
        completion.SetResult();
        if (_parkedLogins.Remove(session.AccountId, out var parked))
            BringOnline(parked.Session, parked.Request, session.AccountId, registered: false);
    }

    private void CountMessage(in Outcome outcome, bool pushed)
    {
        if (pushed)
            metrics.MessageDelivered();
        else if (outcome.Kind == OutcomeKind.Appended)
            metrics.MessageQueued();
        else
            metrics.MessageRefused(outcome.Error);
        CountRefusal(outcome);
    }

    private void CountRefusal(in Outcome outcome)
    {
        if (outcome.Kind == OutcomeKind.Refused)
            metrics.ErrorSent(outcome.Error);
    }
}
