using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Flood.Scenarios.Slow;

/// <summary>
/// A client that is logged in and does not read until <see cref="ReadOnAsync"/>. The server may have ended its connection meanwhile:
/// then it logs in again, and may get again what it already got.
/// </summary>
internal sealed class SlowReceiver(MessageReceiver messages, LoadRun run) : IConnectionHandler
{
    private bool _wasTooSlow;

    internal MessageReceiver Messages { get; } = messages;

    /// <summary>Connections that the server ended because this client did not read.</summary>
    internal long Closed { get; private set; }

    /// <summary>Reads until the connection ends that the run has at its end.</summary>
    internal async Task ReadOnAsync(CancellationToken cancellationToken)
    {
        while (await WasTooSlowAsync(Messages.Connection))
        {
            Closed++;
            await Messages.Connection.DisposeAsync();
            try
            {
                Messages.On(await run.Connections.OpenAsync(Messages.Recipient.Account, dueAt: null, cancellationToken));
            }
            catch (ChatException exception)
            {
                run.LoseConnection(exception.Message);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    public bool OnDrained() => false;

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        _wasTooSlow |= frame is { Kind: ServerFrameKind.Error, Error: ErrorCode.SlowConsumer };
        return Messages.OnFrame(frame, line);
    }

    private async Task<bool> WasTooSlowAsync(LoadConnection connection)
    {
        _wasTooSlow = false;
        try
        {
            await connection.RunAsync(this);
        }
        catch (ChatConnectionException)
        {
            // Whoever does not read is cut off in the end, and then may not get the ERROR that says so.
            _wasTooSlow = true;
        }
        catch (ChatException exception)
        {
            run.LoseConnection(exception.Message);
            return false;
        }

        if (!_wasTooSlow && !connection.IsClosing)
            run.LoseConnection("the server closed a connection");
        return _wasTooSlow && !connection.IsClosing;
    }
}
