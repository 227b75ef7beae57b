using System.Diagnostics;
using System.Security.Cryptography;
using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Ledgers;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Running;

/// <summary>What the clients of one run share, whatever the scenario. Any thread.</summary>
internal sealed class LoadRun : IAsyncDisposable
{
    private readonly Action<string> _say;
    private int _connectionsLost;

    /// <param name="target">The server and the accounts.</param>
    /// <param name="clock">Not begun yet.</param>
    /// <param name="say">Where sentences about progress go.</param>
    internal LoadRun(Target target, RunClock clock, Action<string> say)
    {
        _say = say;
        Target = target;
        Clock = clock;
        Latencies = new RunLatencies(clock);
        (Schedule, StagedSchedule) = (new ScheduleTally(clock), new ScheduleTally(clock));
        Connections = new ConnectionFactory(target, clock, Latencies, Errors);
        Counters.Register(Connections);
        Counters.Register(Errors);
    }

    /// <summary>Stands in every body, so that messages of another run are known.</summary>
    internal uint Id { get; } = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));

    /// <summary>The server's process, where it is known and runs on this machine.</summary>
    internal Process? Server { get; init; }

    internal Target Target { get; }

    /// <summary>What the user wants in each stage; empty where the rate does not change.</summary>
    internal IReadOnlyList<RateStage> Stages { get; init; } = [];

    internal RunClock Clock { get; }

    internal RunLatencies Latencies { get; }

    /// <summary>Of all open loops.</summary>
    internal ScheduleTally Schedule { get; }

    /// <summary>Of those whose rate is that of each stage, and not of what goes on beside them.</summary>
    internal ScheduleTally StagedSchedule { get; }

    internal RunCounters Counters { get; } = new();

    internal ErrorTally Errors { get; } = new();

    internal ConnectionFactory Connections { get; }

    /// <summary>Null where nothing is to be written down.</summary>
    internal LedgerWriter? Ledger { get; private set; }

    /// <summary>Connections that ended while the run still needed them.</summary>
    internal int ConnectionsLost => Volatile.Read(ref _connectionsLost);

    /// <summary>From now on there is a <see cref="Ledger"/>, until the run is over. A file of that name is written anew.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be made.</exception>
    internal void OpenLedger(string file) =>
        Ledger = new LedgerWriter(new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0), Errors.Add);

    /// <summary>Tells the user what comes next.</summary>
    internal void Say(string sentence) => _say(sentence);

    /// <summary>Runs a connection until it ends. An end that this side has not brought about is counted, and fails nothing else.</summary>
    internal async Task KeepAsync(LoadConnection connection, IConnectionHandler handler)
    {
        try
        {
            await connection.RunAsync(handler);
            if (!connection.IsClosing)
                LoseConnection("the server closed a connection");
        }
        catch (ChatException) when (connection.IsClosing)
        {
            // The connection was closed on this side.
        }
        catch (ChatException exception)
        {
            LoseConnection(exception.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Connections.DisposeAsync();
        Ledger?.Dispose();
    }

    /// <summary>Counts a connection that ended while the run still needed it.</summary>
    internal void LoseConnection(string sentence)
    {
        Interlocked.Increment(ref _connectionsLost);
        Errors.Add(sentence);
    }
}
