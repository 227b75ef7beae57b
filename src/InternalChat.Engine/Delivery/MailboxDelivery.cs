using InternalChat.Engine.Connections;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Sessions;
using InternalChat.Storage;

namespace InternalChat.Engine.Delivery;

/// <summary>
/// Catch up, then live: brings mailboxes to sessions, and moves each between the two modes. Runs on the writer thread, which
/// therefore is the only one that does.
/// </summary>
internal sealed class MailboxDelivery(
    IStoreWriter store, SessionRegistry sessions, CatchUp catchUp, PresenceBroadcaster presence, UnflushedSessions unflushed,
    EngineMetrics metrics)
{
    /// <summary>What the store knows of a mailbox.</summary>
    /// <returns>False if the store cannot be read; it has reported that.</returns>
    public bool TryFind(long accountId, out Mailbox mailbox)
    {
        try
        {
            mailbox = store.GetMailbox(accountId);
            return true;
        }
        catch (StorageException)
        {
            mailbox = default;
            return false;
        }
    }

    /// <summary>Starts delivery to a session that has just come online.</summary>
    public void Open(Session session, Mailbox mailbox)
    {
        if (mailbox.LastMessageId > mailbox.DeliveredThrough)
            catchUp.Start(session, mailbox.DeliveredThrough, mailbox.LastMessageId);
        else
            BecomeLive(session);
    }

    /// <summary>Pushes a message to every session of its recipient that is live.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryPush(in Operation operation, in Outcome outcome, long now)
    {
        if (!sessions.TryGetOnline(outcome.AccountId, out var user))
            return false;
        var isPushed = false;
        foreach (var recipient in user)
        {
            try
            {
                isPushed |= TryPush(recipient, operation, outcome, now);
            }
#pragma warning disable CA1031 // It costs the recipient's session: one that missed a message must not get those after it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                unflushed.Fail(recipient, exception);
            }
        }

        return isPushed;
    }

    private bool TryPush(Session recipient, in Operation operation, in Outcome outcome, long now)
    {
        if (recipient.IsClosing)
            return false;
        var sender = operation.Session;
        var body = operation.Body.AsSpan(0, operation.BodyLength);
        if (recipient.Delivery!.Mode != DeliveryMode.Live)
        {
            recipient.Delivery.Arrivals?.Add(outcome.Number, sender.AccountId, sender.UserName, now, body);
            return false;
        }

        var outbound = recipient.Outbound;
        if (outbound.IsCongested)
        {
            recipient.Delivery.Mode = DeliveryMode.CatchingUp;
            catchUp.Start(recipient, outbound.LastMessageId, outcome.Number);
            return false;
        }

        using (var scope = outbound.Begin())
        {
            if (scope.Writer is not { } writer)
                return false;
            recipient.Wire.From(writer, outcome.Number, sender.UserName, now, body);
            scope.Holds(outcome.Number);
        }

        recipient.MessagesReceived++;
        unflushed.Add(recipient);
        return true;
    }

    /// <summary>Takes what a catch-up has handed over; at its end the session becomes live, or the next stretch begins.</summary>
    public void HandedOver(Session recipient, HandedOverChunk chunk)
    {
        var reachedEnd = chunk.ReachedEnd;
        recipient.MessagesReceived += chunk.Count;
        TellSenders(chunk);
        if (!recipient.User.Holds(recipient))
            return;
        if (recipient.IsClosing || recipient.Outbound.IsClosed)
            return;
        presence.CameOnline(recipient.User);
        if (reachedEnd == 0)
            return;
        recipient.Delivery!.Given(PendingGiven.All);
        if (recipient.Delivery.Arrivals is { HasOverflowed: false } arrivals)
            PushArrivals(recipient, arrivals);
        else if (!TryFind(recipient.AccountId, out var mailbox))
            recipient.RequestClose(CloseReason.LogUnreadable);
        else if (mailbox.LastMessageId > reachedEnd)
            CatchUpFurther(recipient, reachedEnd, mailbox.LastMessageId);
        else
            BecomeLive(recipient);
    }

    /// <summary>Streams what has arrived during a stretch, and keeps what arrives during this one.</summary>
    private void CatchUpFurther(Session session, long after, long through)
    {
        session.Delivery!.Arrivals = new Arrivals(session.Wire, through);
        catchUp.Start(session, after, through);
    }

    /// <summary>Everything newer than the stretch has been kept, or is still to be published in this batch.</summary>
    private void PushArrivals(Session session, Arrivals arrivals)
    {
        if (arrivals.MoveTo(session.Outbound) is { } handedOver)
        {
            session.MessagesReceived += handedOver.Count;
            unflushed.Add(session);
            TellSenders(handedOver);
        }

        BecomeLive(session);
    }

    private void BecomeLive(Session session)
    {
        session.Delivery!.BecomeLive();
        presence.CameOnline(session.User);
    }

    /// <summary>Gives the senders their receipts, and the chunk's memory back.</summary>
    private void TellSenders(HandedOverChunk chunk)
    {
        metrics.MessagesCaughtUp(chunk.Count);
        for (var i = 0; i < chunk.Count; i++)
        {
            var (senderId, messageId) = chunk[i];
            if (!sessions.TryGetOnline(senderId, out var user))
                continue;
            foreach (var sender in user)
                TellSender(sender, messageId);
        }

        chunk.Release();
    }

    private void TellSender(Session sender, long messageId)
    {
        try
        {
            using (var scope = sender.Outbound.Begin())
            {
                if (scope.Writer is { } writer)
                    sender.Wire.Delivered(writer, messageId);
            }

            unflushed.Add(sender);
        }
#pragma warning disable CA1031 // It costs the sender's session, not the recipient's.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            unflushed.Fail(sender, exception);
        }
    }
}
