using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Threads;
using InternalChat.Protocol;
using InternalChat.Protocol.Versions;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Lifecycle;

/// <summary>
/// Closes a connection once, in this order: what the writer has of it is answered; what the peer has acknowledged so far is noted, for
/// one that is gone already never acknowledges the last line; that line, if the reason has one, is appended; the peer gets a limited time
/// to take what is owed to it, which begins anew with whatever it takes if the end was its own wish; what it acknowledged is noted and the
/// user goes offline, so that the name is free before the peer can see the end; the transport is completed, or cut where the peer has not
/// taken it all.
/// </summary>
internal sealed class ConnectionCloser(
    EngineOptions options, OperationQueue queue, EngineMetrics metrics, TimeProvider time, ILogger logger)
{
    // Some 16 KiB each.
    private const int MaxReadsAtOnce = 64;

    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LastPoll = TimeSpan.FromMilliseconds(250);

    private readonly KindCounts<CloseReason> _closed = metrics.AddCounter<CloseReason>(
        "internalchat.connection.closed", "{connection}", "Connections that ended, by reason.",
        [.. Enum.GetValues<CloseReason>().Where(static reason => reason != CloseReason.None)]);

    /// <summary>
    /// A peer that has said QUIT, or has shut down its sending side, may still read: it gets every reply to what it sent, and the messages
    /// that were pending at its login, for as long as it takes any.
    /// </summary>
    public async Task FinishForAsync(Session session)
    {
        if (session.InFlight is { } inFlight)
            await inFlight.WhenIdle();
        session.Outbound.Flush();
        if (session.Delivery is not { } delivery)
            return;
        var patience = new Patience(session, options.CloseTimeout, time);
        // Asked anew each time: waits for one that is long in coming would pile up.
        while (delivery.WhenGiven(PendingGiven.All) is { IsCompleted: false } given && !session.IsClosing && !session.HasLostPeer())
        {
            // While nothing waits for the peer, it is the log's readers who take their time.
            if (patience.IsOver(isWaitedFor: session.Outbound.IsFlushing))
            {
                // What it has acknowledged counts; the rest comes again at the next login.
                delivery.Advance(session.Outbound, session.Progress);
                session.Abort();
            }
            else
            {
                await session.Outbound.WhenEndingOr(WhenEither(given, Task.Delay(options.CloseTimeout / 6, time)));
            }
        }
    }

    private static Task WhenEither(Task left, Task right)
    {
        var either = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = either.CompleteAfterAsync(left);
        _ = either.CompleteAfterAsync(right);
        return either.Task;
    }

    public async Task CloseAsync(Session session, IDuplexPipe transport)
    {
        bool isTaken;
        try
        {
            isTaken = await EndOutputAsync(session, transport.Input);
        }
        finally
        {
            // Whatever the transport throws: nobody else would ever free the name.
            if (session.Delivery is { } delivery)
                await LogOutAsync(session, delivery);
        }

        session.Outbound.Abort();
        // Completing alone would leave the transport and its buffers to a peer that never reads.
        if (!isTaken || session.Outbound.IsFlushing)
            session.Abort();
        await session.Outbound.EndFlush();
        await transport.Output.CompleteAsync();
        await transport.Input.CompleteAsync();
        _closed.Add(session.CloseReason);
        if (logger.IsEnabled(LogLevel.Debug))
            LogMessages.ConnectionClosed(logger, session.RemoteAddress, session.CloseReason.ToString());
    }

    /// <returns>False if the peer has had its time and has not taken everything.</returns>
    private async Task<bool> EndOutputAsync(Session session, PipeReader input)
    {
        if (session.InFlight is { } inFlight)
            await inFlight.WhenIdle();
        if (session.CloseReason is CloseReason.ConnectionLost or CloseReason.PeerVanished)
            session.Outbound.Abort();
        ProbeForPeerEnd(session, input);
        session.Delivery?.Advance(session.Outbound, session.Progress);
        AppendLastLine(session);
        session.Outbound.Flush();
        return await DrainAsync(session, input);
    }

    /// <summary>
    /// Appends the reason's last line, if it has one, and lets nothing follow it: a peer that reads no more might acknowledge that.
    /// </summary>
    private void AppendLastLine(Session session)
    {
        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            WriteLastLine(writer, session.Wire, session.CloseReason);
        scope.Seal();
    }

    private void WriteLastLine(IBufferWriter<byte> writer, WireFormat wire, CloseReason reason)
    {
        switch (reason)
        {
            case CloseReason.Quit:
                wire.OkBye(writer);
                break;
            case CloseReason.LineTooLong:
                WriteError(writer, wire, ErrorCode.BadRequest, "line too long"u8);
                break;
            case CloseReason.NotChat:
                WriteError(writer, wire, ErrorCode.BadRequest, "this is a chat server, it does not speak HTTP"u8);
                break;
            case CloseReason.AuthTimeout:
                WriteError(writer, wire, ErrorCode.Timeout);
                break;
            case CloseReason.ServerFull:
            case CloseReason.MadeRoom:
                WriteError(writer, wire, ErrorCode.ServerFull);
                break;
            case CloseReason.SlowConsumer:
                WriteError(writer, wire, ErrorCode.SlowConsumer);
                break;
            case CloseReason.LogUnreadable:
                WriteError(writer, wire, ErrorCode.Storage);
                break;
            case CloseReason.ServerShutdown:
                wire.ServerShutdown(writer);
                break;
            case CloseReason.Kicked:
                wire.Notice(writer, "the operator has closed this connection"u8);
                break;
            case CloseReason.AccountClosed:
                WriteError(writer, wire, ErrorCode.Suspended);
                break;
        }
    }

    private void WriteError(IBufferWriter<byte> writer, WireFormat wire, ErrorCode code)
    {
        metrics.ErrorSent(code);
        wire.ErrorFrame(writer, code);
    }

    private void WriteError(IBufferWriter<byte> writer, WireFormat wire, ErrorCode code, ReadOnlySpan<byte> reason)
    {
        metrics.ErrorSent(code);
        wire.ErrorFrame(writer, code, reason);
    }

    /// <summary>
    /// Waits until the peer has taken everything, is gone, or has had its time, which is longer for one that ends by its own wish and goes
    /// on taking.
    /// </summary>
    /// <returns>False if it has had its time.</returns>
    private async Task<bool> DrainAsync(Session session, PipeReader input)
    {
        // After it has made room, its place is another's already.
        var limit = session.CloseReason == CloseReason.MadeRoom ? TimeSpan.Zero : options.CloseTimeout;
        var patience = new Patience(session, limit, time);
        var isItsWish = session.CloseReason is CloseReason.Quit or CloseReason.PeerClosed;
        var poll = FirstPoll;
        bool isTaken;
        while (!(isTaken = IsTaken(session)) && !patience.IsOver(isWaitedFor: true, countsProgress: isItsWish && !session.IsCloseHurried))
        {
            ProbeForPeerEnd(session, input);
            if (session.HasLostPeer())
                continue;
            await PauseAsync(session, poll);
            poll = poll * 2 < LastPoll ? poll * 2 : LastPoll;
        }

        session.Delivery?.Advance(session.Outbound, session.Progress);
        return isTaken;
    }

    /// <summary>Waits, but not past the end of the flush under way: one that ends on another thread is not worth a pause.</summary>
    private Task PauseAsync(Session session, TimeSpan poll)
    {
        var pause = Task.Delay(poll, time);
        return session.Outbound.IsFlushing ? WhenEither(pause, session.Outbound.WhenFlushed()) : pause;
    }

    /// <summary>
    /// Drops what the peer still sends, to see whether and how it ends. Not all of it at once: from a peer that sends faster than it is
    /// read there is always more, and its time would never be over.
    /// </summary>
    private static void ProbeForPeerEnd(Session session, PipeReader input)
    {
        try
        {
            for (var left = MaxReadsAtOnce; left > 0 && input.TryRead(out var result); left--)
            {
                input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    session.Progress?.PeerEnded();
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // A reset: it takes nothing any more.
            session.Outbound.Abort();
        }
    }

    private static bool IsTaken(Session session)
    {
        if (session.Outbound.IsClosed)
            return true;
        if (!session.Outbound.IsDrained)
            return false;
        if (session.Delivery is not { } delivery || delivery.DeliveredThrough >= session.Outbound.LastMessageId)
            return true;
        delivery.Advance(session.Outbound, session.Progress);
        return delivery.DeliveredThrough >= session.Outbound.LastMessageId;
    }

    private async Task LogOutAsync(Session session, DeliveryState delivery)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await queue.SubmitAsync(new Operation
            {
                Kind = OperationKind.Logout,
                Session = session,
                Number = delivery.DeliveredThrough,
                Payload = done,
            });
            await done.Task;
        }
        catch (ChannelClosedException)
        {
            // The engine has stopped and with it everybody is offline.
        }
    }

    /// <summary>For how long a peer has not taken anything of what waits for it.</summary>
    private struct Patience(Session session, TimeSpan limit, TimeProvider time)
    {
        private long _since = time.GetTimestamp();
        private (long Acknowledged, long Written, long Taken) _last = Taken(session);

        /// <summary>Whether it has been so long.</summary>
        /// <param name="isWaitedFor">Whether anything waits for the peer; otherwise its time begins anew.</param>
        /// <param name="countsProgress">Whether its time begins anew with whatever it takes.</param>
        public bool IsOver(bool isWaitedFor, bool countsProgress = true)
        {
            // The clock first: a thread that stands still between the two has then seen too much of the peer, and not too little.
            var now = time.GetTimestamp();
            var taken = Taken(session);
            if (!isWaitedFor || (countsProgress && taken != _last))
                _since = time.GetTimestamp();
            _last = taken;
            return time.GetElapsedTime(_since, now) >= limit;
        }

        private static (long Acknowledged, long Written, long Taken) Taken(Session session)
        {
            TransportSample sample = default;
            session.Progress?.TrySample(out sample);
            return (sample.AcknowledgedBytes, session.Progress?.WrittenBytes ?? 0, session.Outbound.TakenBytes);
        }
    }
}
