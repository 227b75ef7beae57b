using System.Collections.Concurrent;
using System.Globalization;
using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Sessions;

/// <summary>Many clients that log in, each when it is told or all as fast as the run connects, and then stay online. Any thread.</summary>
internal sealed class IdleCrowd
{
    private const int AtATime = 256;

    private readonly ConcurrentDictionary<IdleClient, Task> _clients = new();
    private readonly PongCounter _pongs = new();
    private readonly LoadRun _run;

    internal IdleCrowd(LoadRun run, int size)
    {
        _run = run;
        Size = size;
        run.Counters.Register(_pongs);
        run.Errors.Expect(ErrorCode.Busy);
        run.Errors.Expect(ErrorCode.AlreadyConnected);
    }

    internal int Size { get; }

    /// <summary>Those that are logged in.</summary>
    internal ICollection<IdleClient> Clients => _clients.Keys;

    /// <summary>Of each of them, complete when its connection has ended.</summary>
    internal IEnumerable<Task> Stays => _clients.Values;

    /// <summary>Logs every client in: so many at a time, or at the run's connect rate. The latency of each counts from its turn.</summary>
    /// <exception cref="ChatException">Nobody gets in.</exception>
    /// <exception cref="OperationCanceledException">The user ended it.</exception>
    internal async Task LogInAllAsync(CancellationToken cancellationToken)
    {
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        await Parallel.ForAsync(
            0, Size, limits, async (i, token) => await LogInAsync(i, await _run.Connections.WaitForTurnAsync(token), token));
        cancellationToken.ThrowIfCancellationRequested();
        if (_clients.IsEmpty)
            throw new ChatException($"none of {Size} users got in: {_run.Errors.Unexpected().FirstOrDefault().Key}");
    }

    /// <summary>Logs one client in; where that fails the run has an error.</summary>
    /// <param name="number">From 0.</param>
    /// <param name="dueAt">When it was due, in Stopwatch ticks.</param>
    /// <param name="cancellationToken">Gives up: it was not online in time.</param>
    internal async Task LogInAsync(int number, long dueAt, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await _run.Connections.OpenAsync($"{_run.Target.AccountsPrefix}-c-{number + 1:D5}", dueAt, cancellationToken);
            var client = new IdleClient(connection, _run, _pongs);
            _clients[client] = StayAsync(client);
        }
        catch (ChatException exception)
        {
            _run.Errors.Add(exception.Message);
        }
        catch (OperationCanceledException)
        {
            // Whoever is not online in the end is counted.
        }
    }

    /// <summary>Until the end of the load: each client sends a PING once in so much time.</summary>
    /// <param name="interval">Zero for none.</param>
    internal Task PingToEndAsync(TimeSpan interval)
    {
        IdleClient[] clients = [.. Clients];
        return OpenLoopPacer.RunToEndAsync(_run, clients, SendRate.OncePer(interval, clients.Length));
    }

    /// <summary>Closes every connection without a QUIT.</summary>
    internal async Task DropAsync()
    {
        foreach (var client in Clients)
            await client.Connection.DisposeAsync();
        await Task.WhenAll(_clients.Values);
        _clients.Clear();
    }

    /// <summary>Whoever is still online.</summary>
    internal int CountOnline() => Clients.Count(client => !client.Connection.IsClosing);

    /// <summary>Reads until the connection ends; one that the server ended counts as lost.</summary>
    private async Task StayAsync(IdleClient client)
    {
        await _run.KeepAsync(client.Connection, client);
        await client.Connection.DisposeAsync();
    }
}

/// <summary>
/// A client that stays online and reads, and answers for its own PINGs only. At most one PING is under way. One thread at a time sends and
/// one at a time reads.
/// </summary>
internal sealed class IdleClient(LoadConnection connection, LoadRun run, PongCounter pongs) : IConnectionHandler, IPacedClient
{
    private readonly UnansweredSends<SendTimes> _unanswered = new();

    internal LoadConnection Connection { get; } = connection;

    public int Unanswered => _unanswered.Count;

    public int MaxUnanswered => 1;

    public void Append(in SendTimes times)
    {
        _unanswered.Add(times);
        ClientFrames.Ping(Connection.Output);
    }

    public ValueTask FlushAsync() => Connection.FlushAsync();

    public bool OnDrained() => false;

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind == ServerFrameKind.Error)
            run.Errors.Reject(frame.Error);
        if (frame.Kind != ServerFrameKind.Pong || !_unanswered.TryTake(out var times))
            return true;
        pongs.Add();
        if (run.Clock.IsMeasured(times.IntendedAt))
            run.Latencies.Record(LatencyKind.Pong, times.SentAt, times.IntendedAt, Connection.ReceivedAt);
        return true;
    }
}

/// <summary>PONGs of all idle clients: they are few, so one counter does. Any thread.</summary>
internal sealed class PongCounter : ICounterSource
{
    private long _pongs;

    internal void Add() => Interlocked.Increment(ref _pongs);

    public void AddTo(CounterTotals totals) => totals.Add(Counter.Pongs, Volatile.Read(ref _pongs));
}

/// <summary>How many connections the operating system lets this process hold.</summary>
internal static class OpenFileLimit
{
    // Libraries, pipes and the report's files.
    private const int Others = 200;

    /// <exception cref="ChatException">There are fewer files than the connections need.</exception>
    internal static void Require(int connections)
    {
        const string Limits = "/proc/self/limits";
        if (!File.Exists(Limits))
            return;
        var line = File.ReadLines(Limits).First(limit => limit.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        if (long.TryParse(soft, CultureInfo.InvariantCulture, out var files) && files < connections + Others)
        {
            throw new ChatException(
                $"{connections} connections need {connections + Others} open files, the limit is {files}: raise ulimit -n");
        }
    }
}
