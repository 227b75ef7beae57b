using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Flood.Scenarios.Presence;

/// <summary>A client that logs in at each of its turns and out halfway to the next. Where the load ends it stays as it is.</summary>
internal sealed class Churner(int number, string account, LoadRun run, PresenceProbe probe) : IConnectionHandler
{
    private LoadConnection? _connection;

    internal int Number { get; } = number;

    /// <summary>Whether it is logged in; final when <see cref="RunAsync"/> is over.</summary>
    internal bool IsOnline => _connection is not null;

    /// <summary>Complete when nobody reads any more.</summary>
    internal Task Reading { get; private set; } = Task.CompletedTask;

    /// <summary>Takes every turn until the end of the load.</summary>
    /// <param name="turns">All churners' logins.</param>
    /// <param name="cancellationToken">Gives up a login that is still tried then.</param>
    internal async Task RunAsync(SendSchedule turns, CancellationToken cancellationToken)
    {
        try
        {
            for (long turn = Number; await run.Clock.WaitUntilAsync(turns.DueAt(turn)); turn += turns.Clients)
            {
                await LogInAsync(turns.DueAt(turn), cancellationToken);
                if (!await run.Clock.WaitUntilAsync((turns.DueAt(turn) + turns.DueAt(turn + turns.Clients)) / 2))
                    return;
                await LogOutAsync();
            }
        }
        catch (ChatException exception)
        {
            run.Errors.Add(exception.Message);
        }
        catch (OperationCanceledException)
        {
            run.Errors.Add("a user was still not logged in when the load had ended");
        }
    }

    public bool OnDrained() => false;

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind == ServerFrameKind.Error)
            run.Errors.Reject(frame.Error);
        return true;
    }

    private async Task LogInAsync(long dueAt, CancellationToken cancellationToken)
    {
        probe.Begin(Number);
        _connection = await run.Connections.OpenAsync(account, dueAt, cancellationToken);
        probe.LoggedIn(Number);
        Reading = run.KeepAsync(_connection, this);
    }

    private async Task LogOutAsync()
    {
        await _connection!.DisposeAsync();
        _connection = null;
        await Reading;
    }
}
