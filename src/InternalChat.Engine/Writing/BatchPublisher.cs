using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;

namespace InternalChat.Engine.Writing;

/// <summary>
/// The second half of a batch, after its commit: replies, messages and receipts go into the outbound queues, users come and go. Each
/// queue that was appended to is flushed once, at the end. Runs on the writer thread.
/// </summary>
internal sealed class BatchPublisher(
    OnlineUsers online, AccountChanges changes, SessionRegistry sessions, MailboxDelivery mailboxes, UnflushedSessions unflushed,
    EngineMetrics metrics)
{
    /// <summary>Makes one operation's outcome visible.</summary>
    /// <param name="operation">What was asked.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="now">Unix seconds, as the store has it.</param>
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
                    online.LogIn(operation.Session, (LoginRequest)operation.Payload!, outcome);
                    break;
                case OperationKind.HandedOver:
                    mailboxes.HandedOver(operation.Session, (HandedOverChunk)operation.Payload!);
                    break;
                case OperationKind.Logout:
                    online.LogOut(operation.Session, (TaskCompletionSource)operation.Payload!);
                    break;
                case OperationKind.ChangeAccount:
                    changes.Publish((AccountChange)operation.Payload!, outcome);
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

    /// <summary>Flushes every queue that the batch has appended to.</summary>
    public void FlushSessions() => unflushed.Flush();

    /// <summary>Nothing more will be published: nobody is to wait for it.</summary>
    public void End() => online.CancelWaiting();

    /// <summary>Ends an operation whose publishing failed, so that nobody waits for it for ever.</summary>
    public static void Abandon(in Operation operation)
    {
        if (operation.Payload is AccountChange change)
        {
            change.Complete(AccountChangeOutcome.NotStored);
            return;
        }

        operation.Session.Fail();
        if (operation.Payload is LoginRequest login)
            login.Outcome.TrySetResult(LoginOutcome.NotStored);
        else if (operation.Payload is TaskCompletionSource completion)
            completion.TrySetResult();
    }

    private void PublishMessage(in Operation operation, in Outcome outcome, long now)
    {
        var sender = operation.Session;
        var pushed = outcome.Kind == OutcomeKind.Appended && mailboxes.TryPush(operation, outcome, now);
        if (outcome.Kind == OutcomeKind.Appended)
            sender.MessagesSent++;
        CountMessage(outcome, pushed);
        using (var scope = sender.Outbound.Begin())
        {
            if (scope.Writer is { } writer)
            {
                if (pushed)
                    sender.Wire.Delivered(writer, outcome.Number);
                else if (outcome.Kind == OutcomeKind.Appended)
                    sender.Wire.OkQueued(writer, outcome.Number);
                else
                    sender.Wire.ErrorFrame(writer, outcome.Error);
            }
        }

        unflushed.Add(sender);
    }

    private void PublishRead(in Operation operation, in Outcome outcome)
    {
        var reader = operation.Session;
        if (outcome.Kind == OutcomeKind.FirstRead)
        {
            metrics.MessageRead();
            // There are only as many of these as there are messages; others may be sent without end.
            reader.User.Reading.TakeBackLine();
        }

        CountRefusal(outcome);
        using (var scope = reader.Outbound.Begin())
        {
            if (scope.Writer is { } writer)
            {
                if (outcome.Kind == OutcomeKind.Refused)
                    reader.Wire.ErrorFrame(writer, outcome.Error);
                else
                    reader.Wire.OkRead(writer, operation.Number);
            }
        }

        unflushed.Add(reader);
        if (outcome is not { Kind: OutcomeKind.FirstRead, AccountId: not 0 } || !sessions.TryGetOnline(outcome.AccountId, out var sender))
            return;
        foreach (var session in sender)
            TellOfRead(session, operation.Number, reader.UserName);
    }

    private void TellOfRead(Session sender, long messageId, in UserName reader)
    {
        try
        {
            using (var scope = sender.Outbound.Begin())
            {
                if (scope.Writer is { } writer)
                    sender.Wire.Read(writer, messageId, reader);
            }

            unflushed.Add(sender);
        }
#pragma warning disable CA1031 // It costs the sender's session, not the reader's.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            unflushed.Fail(sender, exception);
        }
    }

    private void PublishBlock(in Operation operation, in Outcome outcome)
    {
        var session = operation.Session;
        CountRefusal(outcome);
        using (var scope = session.Outbound.Begin())
        {
            if (scope.Writer is { } writer)
            {
                if (outcome.Kind == OutcomeKind.Refused)
                    session.Wire.ErrorFrame(writer, outcome.Error);
                else if (operation.Kind == OperationKind.Block)
                    session.Wire.OkBlocked(writer, operation.Target);
                else
                    session.Wire.OkUnblocked(writer, operation.Target);
            }
        }

        unflushed.Add(session);
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
