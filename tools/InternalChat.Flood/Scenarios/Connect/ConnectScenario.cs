using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Sessions;

namespace InternalChat.Flood.Scenarios.Connect;

/// <summary>What <see cref="ConnectScenario"/> is to do.</summary>
internal sealed record ConnectOptions(int Connections, double? ConnectionsPerSecond, TimeSpan PingInterval);

/// <summary>Ramps connections up, and holds them idle for the measured time.</summary>
internal sealed class ConnectScenario(ConnectOptions options) : IScenario
{
    private IdleCrowd? _crowd;
    private long? _memoryBefore;
    private long? _memoryAtHold;
    private int _alive;

    public string Name => "connect";

    public string Load => $"{options.Connections} idle connections";

    public Counter Unit => Counter.Pongs;

    public async Task PrepareAsync(LoadRun run, CancellationToken cancellationToken)
    {
        OpenFileLimit.Require(options.Connections);
        run.Say($"logging in {options.Connections} users at {run.Target.Address}");
        run.Connections.RecordsPreparation = true;
        _memoryBefore = ProcessorSample.Take(run.Server).ServerMemoryBytes;
        _crowd = new IdleCrowd(run, options.Connections);
        await _crowd.LogInAsync(
            options.ConnectionsPerSecond, Stopwatch.GetTimestamp(), areAllDueAtOnce: false, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async Task RunAsync(LoadRun run)
    {
        run.Say($"holding them for {run.Clock.Duration}");
        while (options.PingInterval > TimeSpan.Zero && !run.Clock.Stopped.IsCancellationRequested && run.Clock.End > Stopwatch.GetTimestamp())
        {
            await PingAllAsync();
            var rest = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), run.Clock.End);
            if (rest <= TimeSpan.Zero)
                break;
            await Task.Delay(rest < options.PingInterval ? rest : options.PingInterval, run.Clock.Stopped)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await run.Clock.WaitForEndAsync();
        _memoryAtHold = ProcessorSample.Take(run.Server).ServerMemoryBytes;
        _alive = _crowd!.Clients.Count(client => !client.Connection.IsClosing);
    }

    public Task<ScenarioResult> FinishAsync(LoadRun run)
    {
        List<Check> checks =
        [
            new("alive_at_the_end", _alive, CheckRule.MustNotBeZero),
            new("not_alive_at_the_end", options.Connections - _alive, CheckRule.MustBeZero),
        ];
        if (_memoryAtHold - _memoryBefore is { } grown)
            checks.Add(new("server_bytes_for_each_connection", grown / Math.Max(_alive, 1), CheckRule.Information));
        return Task.FromResult(new ScenarioResult(checks));
    }

    private async Task PingAllAsync()
    {
        foreach (var client in _crowd!.Clients)
        {
            try
            {
                await client.PingAsync();
            }
            catch (ChatException)
            {
                // The reading side reports it.
            }
        }
    }
}
