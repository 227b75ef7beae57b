using System.Buffers;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Protocol.Framing;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Engine.Commands;

/// <summary>What the read loop does next.</summary>
internal enum DispatchResult
{
    /// <summary>All whole lines are done: read more.</summary>
    NeedsBytes,

    /// <summary>Wait until the writer has nothing of this connection any more, then go on with the same line.</summary>
    WaitUntilIdle,

    /// <summary>
    /// Wait until the writer has no more than half of what it may have of this connection, then go on with the same line.
    /// </summary>
    WaitUntilWindowOpens,

    /// <summary>Wait for a command's task, then go on with the next line.</summary>
    WaitForTask,

    /// <summary>Wait for the task of a command that only reads, for as long as there is a peer to reply to, then go on.</summary>
    WaitForReading,

    /// <summary>The peer does not take its replies: wait until it does, then go on with the same line.</summary>
    WaitUntilWritable,

    /// <summary>The client has said QUIT: give it what it has logged in for, then close.</summary>
    Finish,

    /// <summary>The connection is to be closed.</summary>
    Close,
}

/// <summary>
/// Lines to handlers, by the command table. One for all connections, called by each one's read loop; synchronous, so that a command
/// can point into the receive buffer.
/// </summary>
internal sealed class CommandDispatcher(CommandTable table, Replies replies, ReadingBudget budget)
{
    /// <summary>Deals with whole lines until there is something to wait for.</summary>
    /// <param name="session">Whose lines they are.</param>
    /// <param name="buffer">What was received; on return without the lines that were dealt with.</param>
    /// <param name="task">
    /// What to await after <see cref="DispatchResult.WaitForTask"/> or <see cref="DispatchResult.WaitForReading"/>.
    /// </param>
    public DispatchResult Dispatch(Session session, ref ReadOnlySequence<byte> buffer, out Task? task)
    {
        var lines = new LineReader(buffer, WireLimits.MaxClientLineBytes);
        try
        {
            return DispatchLines(session, ref lines, ref buffer, out task);
        }
        finally
        {
            lines.Dispose();
        }
    }

    private DispatchResult DispatchLines(Session session, ref LineReader lines, ref ReadOnlySequence<byte> buffer, out Task? task)
    {
        task = null;
        while (true)
        {
            if (session.IsClosing)
                return DispatchResult.Close;
            // 16 KiB of empty lines are half a megabyte of replies.
            if (session.Outbound.WantsFlush)
                session.Outbound.Flush();
            if (IsBehind(session))
                return DispatchResult.WaitUntilWritable;
            var status = lines.TryRead(out var line);
            if (status == LineStatus.Incomplete)
                return DispatchResult.NeedsBytes;
            if (status == LineStatus.TooLong)
            {
                session.RequestClose(CloseReason.LineTooLong);
                return DispatchResult.Close;
            }

            var step = Handle(session, line);
            if (!step.IsConsumed)
                return step.Retry;
            buffer = buffer.Slice(lines.Consumed);
            if (step.IsShort && budget.CountShort(session) is { } pause)
            {
                task = pause;
                return DispatchResult.WaitForTask;
            }

            if (step.Task is { IsCompletedSuccessfully: false })
            {
                task = step.Task;
                return step.IsReading ? DispatchResult.WaitForReading : DispatchResult.WaitForTask;
            }
        }
    }

    /// <summary>
    /// Whether the peer is too slow at taking its replies for more of them. While messages are streamed to it, there are always some that
    /// it has not taken, and it may be answering each: if its commands were left alone meanwhile, each side would wait for the other.
    /// </summary>
    private static bool IsBehind(Session session) =>
        session.Delivery is { Mode: DeliveryMode.CatchingUp } ? session.Outbound.IsPiledUp : session.Outbound.IsCongested;

    private CommandStep Handle(Session session, ReadOnlySpan<byte> line)
    {
        var error = session.Wire.Parse(line, out var command);
        // The peer is gone. What it has asked to be done is done all the same: a script may send and close, and that is a reset, too.
        if (session.Outbound.IsClosed && (error != ParseError.None || table[command.Verb].OnlyReplies))
            return CommandStep.Short;
        if (error != ParseError.None)
            return Malformed(session, line, error);
        var rule = table[command.Verb];
        if (!rule.IsPipelined && !Replies.IsIdle(session))
            return CommandStep.WhenIdle;
        if (rule.NeedsAuthentication && !session.IsAuthenticated)
            return replies.Error(session, ErrorCode.NotAuthenticated);
        if (!rule.IsReading)
            return rule.Handle(session, command);
        // Its reply may be long.
        return session.Outbound.IsCongested ? CommandStep.WhenWritable : rule.Handle(session, command).Reading();
    }

    private CommandStep Malformed(Session session, ReadOnlySpan<byte> line, ParseError error)
    {
        if (!Replies.IsIdle(session))
            return CommandStep.WhenIdle;
        if (!session.IsAuthenticated && HttpRequestLine.Matches(line))
            session.RequestClose(CloseReason.NotChat);
        else
            replies.AppendBadRequest(session, error);
        return CommandStep.Short;
    }
}
