using System.Globalization;
using System.Text;
using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Flood.Scenarios.Presence;

/// <summary>A client that logs in at each of its turns and out halfway to the next. Where the load ends it stays as it is.</summary>
internal sealed class Churner(int number, string account, LoadRun run, PresenceProbe probe) : IConnectionHandler, IPacedClient
{
    private SendSchedule? _turns;
    private CancellationToken _givingUp;
    private LoadConnection? _connection;
    private long _turn = number;
    private bool _hasFailed;

    internal int Number { get; } = number;

    /// <summary>Until it has gone again, a turn is under way; whoever has failed comes no more.</summary>
    public int Unanswered => Staying.IsCompleted && !_hasFailed ? 0 : 1;

    public int MaxUnanswered => 1;

    /// <summary>Complete while it is not logged in, and where it is to stay.</summary>
    internal Task Staying { get; private set; } = Task.CompletedTask;

    /// <summary>Whether it is logged in; final when <see cref="Staying"/> is complete and no turn comes any more.</summary>
    internal bool IsOnline => _connection is not null;

    /// <summary>Complete when nobody reads any more.</summary>
    internal Task Reading { get; private set; } = Task.CompletedTask;

    /// <summary>The load begins.</summary>
    /// <param name="turns">All churners' logins.</param>
    /// <param name="cancellationToken">Gives up a login that is still tried then.</param>
    internal void Begin(SendSchedule turns, CancellationToken cancellationToken) => (_turns, _givingUp) = (turns, cancellationToken);

    public void Append(in SendTimes times)
    {
        var (turn, dueAt) = (_turn, times.IntendedAt);
        _turn += _turns!.Clients;
        // Not on the thread of the pacer, which has others to send.
        Staying = Task.Run(() => StayAsync(dueAt, (dueAt + _turns.DueAt(turn + _turns.Clients)) / 2), CancellationToken.None);
    }

    public ValueTask FlushAsync() => ValueTask.CompletedTask;

    public bool OnDrained() => false;

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind == ServerFrameKind.Error)
            run.Errors.Reject(frame.Error);
        return true;
    }

    private async Task StayAsync(long dueAt, long leavingAt)
    {
        try
        {
            await LogInAsync(dueAt);
            if (await run.Clock.WaitUntilAsync(leavingAt))
                await LogOutAsync();
        }
        catch (ChatException exception)
        {
            _hasFailed = true;
            run.Errors.Add(exception.Message);
        }
        catch (OperationCanceledException)
        {
            run.Errors.Add("a user was still not logged in when the load had ended");
        }
    }

    private async Task LogInAsync(long dueAt)
    {
        probe.Begin(Number);
        _connection = await run.Connections.OpenAsync(account, dueAt, _givingUp);
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

/// <summary>From churners' numbers to their accounts and back, the latter without a dictionary for each watcher.</summary>
/// <param name="accountsPrefix">Of the run.</param>
/// <param name="count">How many churners there are.</param>
internal sealed class ChurnerNames(string accountsPrefix, int count)
{
    private const int Digits = 5;

    private readonly byte[] _prefix = Encoding.ASCII.GetBytes($"{accountsPrefix}-u-");

    internal int Count { get; } = count;

    /// <param name="number">From 0.</param>
    internal string Account(int number) => string.Create(CultureInfo.InvariantCulture, $"{accountsPrefix}-u-{number + 1:D5}");

    /// <returns>False for anybody else.</returns>
    internal bool TryNumber(ReadOnlySpan<byte> account, out int number)
    {
        number = -1;
        if (account.Length != _prefix.Length + Digits || !account.StartsWith(_prefix)
            || !int.TryParse(account[_prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal))
        {
            return false;
        }

        number = ordinal - 1;
        return number >= 0 && number < Count;
    }
}
