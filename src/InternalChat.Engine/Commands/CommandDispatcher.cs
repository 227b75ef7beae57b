using System.Buffers;
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

    /// <summary>The peer does not take its replies: wait until it does, then go on with the next line.</summary>
    WaitUntilWritable,

    /// <summary>The connection is to be closed.</summary>
    Close,
}

/// <summary>
/// Lines to handlers, by the command table. One for all connections, called by each one's read loop; synchronous, so that a command
/// can point into the receive buffer.
/// </summary>
internal sealed class CommandDispatcher(CommandTable table, Replies replies)
{
    /// <summary>Deals with whole lines until there is something to wait for.</summary>
    /// <param name="session">Whose lines they are.</param>
    /// <param name="buffer">What was received; on return without the lines that were dealt with.</param>
    /// <param name="task">What to await after <see cref="DispatchResult.WaitForTask"/>.</param>
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
            if (session.Outbound.IsCongested)
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
            if (step.Task is { IsCompletedSuccessfully: false })
            {
                task = step.Task;
                return DispatchResult.WaitForTask;
            }
        }
    }

    private CommandStep Handle(Session session, ReadOnlySpan<byte> line)
    {
        var error = session.Wire.Parse(line, out var command);
        if (error != ParseError.None)
            return Malformed(session, line, error);
        var rule = table[command.Verb];
        if (!rule.IsPipelined && !Replies.IsIdle(session))
            return CommandStep.WhenIdle;
        if (rule.NeedsAuthentication && !session.IsAuthenticated)
            return replies.Error(session, ErrorCode.NotAuthenticated);
        return rule.Handle(session, command);
    }

    private CommandStep Malformed(Session session, ReadOnlySpan<byte> line, ParseError error)
    {
        if (!Replies.IsIdle(session))
            return CommandStep.WhenIdle;
        if (!session.IsAuthenticated && HttpRequestLine.Matches(line))
            session.RequestClose(CloseReason.NotChat);
        else
            replies.AppendBadRequest(session, error);
        return CommandStep.Done;
    }
}
