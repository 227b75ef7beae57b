using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Presence;
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

/// <summary>A day in an office: who is there, and what they do.</summary>
internal sealed record MixedOptions
{
    internal required OfficeUsers Users { get; init; }

    internal required OfficeShares Shares { get; init; }

    /// <summary>Commands over all users, but for PINGs and logins.</summary>
    internal required SendRate Rate { get; init; }

    /// <summary>How uneven the choice of recipients is, by Zipf's law.</summary>
    internal required double ZipfExponent { get; init; }

    internal required int BodyBytes { get; init; }

    /// <summary>Between two PINGs of an idle user.</summary>
    internal required TimeSpan PingInterval { get; init; }

    /// <summary>From one coming of a user who comes and goes, or is away, to the next.</summary>
    internal required TimeSpan ReturnInterval { get; init; }

    internal required PresenceExpectation Expected { get; init; }
}

/// <summary>Parts of a whole, from 0 to 1.</summary>
internal sealed record OfficeShares
{
    /// <summary>Of the users: those who only stay online, hear of others and PING.</summary>
    internal required double Idle { get; init; }

    /// <summary>Of the users: those who come and go.</summary>
    internal required double Churn { get; init; }

    /// <summary>Of the commands: messages to users who are away but for short visits.</summary>
    internal required double Away { get; init; }

    /// <summary>Of the commands: HISTORY.</summary>
    internal required double History { get; init; }

    /// <summary>Of the commands: LIST.</summary>
    internal required double List { get; init; }

    /// <summary>Of the commands: messages to users who do not read until the load has ended.</summary>
    internal required double Slow { get; init; }

    /// <summary>Of the messages between those who are there: answered with READ.</summary>
    internal required double Read { get; init; }

    /// <summary>Of the commands: messages between those who are there.</summary>
    internal double Chat => 1 - Away - History - List - Slow;
}
