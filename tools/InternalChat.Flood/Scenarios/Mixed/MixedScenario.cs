using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Sessions;

namespace InternalChat.Flood.Scenarios.Mixed;

/// <summary>
/// Several scenarios at the same time, on one server and under one clock; everything that one of them proves has to hold.
/// </summary>
internal sealed class MixedScenario(MixedOptions options) : IScenario
{
    private readonly MixedPart[] _parts = [.. new OfficeParts(options).All()];

    public string Name => "mixed";

    public string Load =>
        $"{options.Users.Count} users, {options.Rate} commands: {string.Join("; ", _parts.Select(part => part.Scenario.Load))}";

    public Counter Unit => Counter.Acknowledged;

    public async Task PrepareAsync(LoadRun run, CancellationToken cancellationToken)
    {
        OpenFileLimit.Require(options.Users.Count);
        foreach (var part in _parts)
            await part.Scenario.PrepareAsync(run, cancellationToken);
    }

    public Task RunAsync(LoadRun run) => Task.WhenAll(_parts.Select(part => part.Scenario.RunAsync(run)));

    public async Task<IReadOnlyList<Check>> FinishAsync(LoadRun run)
    {
        var checks = new List<Check>();
        foreach (var part in _parts)
            checks.AddRange((await part.Scenario.FinishAsync(run)).Select(check => check with { Name = part.Prefix + check.Name }));
        return checks;
    }
}
