using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using InternalChat.Engine.Commands;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Sessions;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Connections;

/// <summary>
/// A connection's life, the same over Kestrel, a test's pipes or a benchmark's: read, drain all whole lines, flush their replies
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
    public async Task RunAsync(ChatConnection connection)
    {
        var session = new Session(connection, options.MaxWaitingBytes, time.GetTimestamp());
        var isRegistered = sessions.TryAdd(session);
        try
        {
            if (isRegistered)
                await ReadAsync(session, connection.Transport.Input);
            else
                session.RequestClose(CloseReason.ServerFull);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ChannelClosedException)
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

        if (isRegistered)
            sessions.Remove(session);
    }

    private async Task ReadAsync(Session session, PipeReader input)
    {
        while (true)
        {
            var result = await input.ReadAsync();
            var buffer = result.Buffer;
            try
            {
                while (true)
                {
                    var next = dispatcher.Dispatch(session, ref buffer, out var task);
                    session.Outbound.Flush();
                    if (next is DispatchResult.NeedsBytes or DispatchResult.Close)
                        break;
                    if (next == DispatchResult.WaitUntilIdle)
                        await session.InFlight!.WhenIdle();
                    else if (next == DispatchResult.WaitUntilWindowOpens)
                        await session.InFlight!.WhenAtMost(options.MaxInFlightPerConnection / 2);
                    else
                        await (task ?? session.Outbound.WhenWritable());
                }
            }
            finally
            {
                input.AdvanceTo(buffer.Start, buffer.End);
            }

            if (session.IsClosing)
                return;
            if (!result.IsCompleted)
                continue;
            // Bytes after the last line end are dropped.
            await ConnectionCloser.FinishForAsync(session);
            session.RequestClose(session.Outbound.IsClosed ? CloseReason.ConnectionLost : CloseReason.PeerClosed);
            return;
        }
    }
}
