using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using InternalChat.Engine.Commands;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Lifecycle;

/// <summary>
/// A connection's life, the same over any pair of pipes: read, drain all whole lines, flush their replies
/// once, wait where a command must, and close in the written order of <see cref="ConnectionCloser"/>.
/// </summary>
internal sealed class ConnectionLoop(
    EngineOptions options,
    SessionRegistry sessions,
    CommandDispatcher dispatcher,
    ConnectionCloser closer,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>Serves one connection until it has ended. Never throws.</summary>
    /// <remarks>
    /// Reads in here and not in a method of its own: what an idle connection waits in is memory, and this is its only state machine
    /// (180 bytes less than two).
    /// </remarks>
    public async Task RunAsync(ChatConnection connection)
    {
        var session = new Session(connection, options.MaxWaitingBytes, time.GetTimestamp());
        var refusal = sessions.Admit(session);
        try
        {
            if (refusal != CloseReason.None)
                session.RequestClose(refusal);
            while (!session.IsClosing)
            {
                var result = await connection.Transport.Input.ReadAsync();
                await ProcessAsync(session, connection.Transport.Input, result);
            }
        }
        catch (Exception exception) when (
            exception is IOException or OperationCanceledException or ChannelClosedException)
        {
            session.RequestClose(CloseReason.ConnectionLost);
        }
#pragma warning disable CA1031 // One connection's trouble ends that connection, not the server.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogMessages.ConnectionFailed(logger, exception);
            session.RequestClose(CloseReason.ConnectionLost);
        }

        try
        {
            await closer.CloseAsync(session, connection.Transport);
        }
#pragma warning disable CA1031 // What a transport throws at its end must not cost the connection its place for ever.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogMessages.ConnectionFailed(logger, exception);
            session.Abort();
        }

        if (refusal == CloseReason.None)
            sessions.Remove(session);
    }

    /// <summary>Deals with what was read; usually at once, without a state machine.</summary>
    private ValueTask ProcessAsync(Session session, PipeReader input, ReadResult result)
    {
        var buffer = result.Buffer;
        var next = Dispatch(session, ref buffer, out var task);
        if (next != DispatchResult.NeedsBytes || result.IsCompleted)
            return WaitAsync(session, input, result.IsCompleted, buffer, next, task);
        input.AdvanceTo(buffer.Start, buffer.End);
        return ValueTask.CompletedTask;
    }

    /// <summary>Waits where a command must, goes on with what was read, and ends with its end.</summary>
    /// <remarks>
    /// Nobody reads meanwhile, so the heartbeat looks whether the peer is still there.
    /// <para>
    /// Pooled, so that a wait in the middle of a stream of messages allocates nothing. Where nothing is left of what was read, as behind
    /// the AUTH of each of thousands who come back at once, it is given back before the wait.
    /// </para>
    /// </remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(
        Session session, PipeReader input, bool isCompleted, ReadOnlySequence<byte> buffer, DispatchResult next, Task? task)
    {
        session.IsWaiting = true;
        // The heartbeat ends its watch first and then reads this: whoever comes second sees what the other has done.
        Interlocked.MemoryBarrier();
        // One that has not authenticated is looked at anyway.
        if (session.IsAuthenticated)
            sessions.Watch(session);
        var isLeft = !buffer.IsEmpty;
        if (!isLeft)
        {
            input.AdvanceTo(buffer.End);
            buffer = ReadOnlySequence<byte>.Empty;
        }

        try
        {
            while (next is not (DispatchResult.NeedsBytes or DispatchResult.Close or DispatchResult.Finish))
            {
                if (next == DispatchResult.WaitUntilIdle)
                    await session.InFlight!.WhenIdle();
                else if (next == DispatchResult.WaitUntilWindowOpens)
                    await session.InFlight!.WhenAtMost(options.MaxInFlightPerConnection / 2);
                else if (next == DispatchResult.WaitForReading)
                    await WhenReadAsync(session, task!);
                else
                    await (task ?? session.Outbound.WhenWritable());
                next = Dispatch(session, ref buffer, out task);
            }
        }
        finally
        {
            // Also where the engine has stopped: the close reads on.
            if (isLeft)
                input.AdvanceTo(buffer.Start, buffer.End);
        }

        if (isCompleted && !session.IsClosing)
            session.Progress?.PeerEnded();
        // Bytes after the last line end are dropped, and whatever stands behind QUIT.
        if ((isCompleted || next == DispatchResult.Finish) && !session.IsClosing)
        {
            await closer.FinishForAsync(session);
            session.RequestClose(
                next == DispatchResult.Finish ? CloseReason.Quit
                : session.Outbound.IsClosed ? CloseReason.ConnectionLost
                : CloseReason.PeerClosed);
        }

        session.IsWaiting = false;
    }

    /// <summary>Waits for a command that only reads. When the peer is gone, it comes to its end by itself and nobody waits.</summary>
    private static async ValueTask WhenReadAsync(Session session, Task task)
    {
        await session.Outbound.WhenEndingOr(task);
        if (!session.Outbound.IsClosed)
            await task;
    }

    private DispatchResult Dispatch(Session session, ref ReadOnlySequence<byte> buffer, out Task? task)
    {
        var next = dispatcher.Dispatch(session, ref buffer, out task);
        session.Outbound.Flush();
        return next;
    }
}
