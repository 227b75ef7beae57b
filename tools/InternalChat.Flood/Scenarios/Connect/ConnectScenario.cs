using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Sessions;

namespace InternalChat.Flood.Scenarios.Connect;

/// <summary>What <see cref="ConnectScenario"/> is to do.</summary>
internal sealed record ConnectOptions(int Connections, TimeSpan PingInterval);

/// <summary>Ramps connections up, and holds them idle for the measured time.</summary>
internal sealed class ConnectScenario(ConnectOptions options) : IScenario
{
    private IdleCrowd? _crowd;
    private Task _staying = Task.CompletedTask;
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
        await _crowd.LogInAllAsync(cancellationToken);
    }

    public async Task RunAsync(LoadRun run)
    {
        run.Say($"holding them for {new Duration(run.Clock.Duration)}");
        _staying = run.Clock.StopAfterAsync(_crowd!.Stays);
        await _crowd.PingToEndAsync(options.PingInterval);
        _memoryAtHold = ProcessorSample.Take(run.Server).ServerMemoryBytes;
        _alive = _crowd.CountOnline();
    }

    public async Task<IReadOnlyList<Check>> FinishAsync(LoadRun run)
    {
        await _staying;
        List<Check> checks =
        [
            new("alive_at_the_end", _alive, CheckRule.MustNotBeZero),
            new("not_alive_at_the_end", options.Connections - _alive, CheckRule.MustBeZero),
        ];
        if (_memoryAtHold - _memoryBefore is { } grown)
            checks.Add(new("server_bytes_for_each_connection", grown / Math.Max(_alive, 1), CheckRule.Information));
        return checks;
    }
}
