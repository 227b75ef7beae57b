using System.Collections.Concurrent;
using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Running;
using InternalChat.Protocol;

namespace InternalChat.Flood.Scenarios.Sessions;

/// <summary>Many clients that log in, all at once or at a rate, and then stay online.</summary>
internal sealed class IdleCrowd
{
    private const int AtATime = 256;

    private readonly ConcurrentDictionary<IdleClient, Task> _clients = new();
    private readonly PongCounter _pongs = new();
    private readonly LoadRun _run;
    private readonly int _size;
    private int _failed;

    internal IdleCrowd(LoadRun run, int size)
    {
        _run = run;
        _size = size;
        run.Counters.Register(_pongs);
    }

    internal ICollection<IdleClient> Clients => _clients.Keys;

    /// <summary>Clients that could not log in, or not in time.</summary>
    internal int Failed => Volatile.Read(ref _failed);

    /// <summary>Logs every client in.</summary>
    /// <param name="perSecond">Null for all at once.</param>
    /// <param name="start">When the first is due.</param>
    /// <param name="areAllDueAtOnce">Whether latency counts from the start where there is no rate, rather than from each one's turn.</param>
    /// <param name="cancellationToken">Ends the ramp; whoever is not online by then has failed.</param>
    internal async Task LogInAsync(double? perSecond, long start, bool areAllDueAtOnce, CancellationToken cancellationToken)
    {
        _run.Errors.Expect(ErrorCode.Busy);
        _run.Errors.Expect(ErrorCode.AlreadyConnected);
        using var turns = new SemaphoreSlim(perSecond is null && !areAllDueAtOnce ? AtATime : _size);
        var logins = new List<Task>(_size);
        for (var i = 1; i <= _size && !cancellationToken.IsCancellationRequested; i++)
        {
            var dueAt = perSecond is { } rate ? start + (long)((i - 1) * (Stopwatch.Frequency / rate)) : start;
            var rest = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), dueAt);
            if (rest > TimeSpan.FromMilliseconds(1))
                await Task.Delay(rest, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await turns.WaitAsync(CancellationToken.None);
            var intendedAt = perSecond is null && !areAllDueAtOnce ? Stopwatch.GetTimestamp() : dueAt;
            logins.Add(LogInAsync($"{_run.Target.AccountsPrefix}-c-{i:D5}", intendedAt, turns, cancellationToken));
        }

        Interlocked.Add(ref _failed, _size - logins.Count);
        await Task.WhenAll(logins);
    }

    /// <summary>Closes every connection without a QUIT.</summary>
    internal async Task DropAsync()
    {
        foreach (var client in Clients)
            await client.Connection.DisposeAsync();
        await Task.WhenAll(_clients.Values);
        _clients.Clear();
    }

    private async Task LogInAsync(string account, long dueAt, SemaphoreSlim turns, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await _run.Connections.OpenAsync(account, dueAt, cancellationToken);
            var client = new IdleClient(connection, _run, _pongs);
            _clients[client] = client.StayAsync();
        }
        catch (Exception exception) when (exception is ChatException or OperationCanceledException)
        {
            Interlocked.Increment(ref _failed);
            if (exception is ChatException)
                _run.Errors.Add(exception.Message);
        }
        finally
        {
            turns.Release();
        }
    }
}
