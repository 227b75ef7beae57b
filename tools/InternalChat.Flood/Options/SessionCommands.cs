using System.CommandLine;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Connect;
using InternalChat.Flood.Scenarios.Login;
using InternalChat.Flood.Scenarios.Presence;

namespace InternalChat.Flood.Options;

/// <summary>The command line of <see cref="ConnectScenario"/>.</summary>
internal sealed class ConnectCommand() : ScenarioCommand(
    "connect",
    "Connections that log in, at a rate or as fast as they get in, and stay idle",
    new Timing(Duration: TimeSpan.FromSeconds(10), Warmup: TimeSpan.Zero))
{
    private readonly Option<int> _connections = ScenarioOption.Number("--connections", 1_000, 1, 99_999, "Connections to hold");

    private readonly Option<Duration> _ping =
        ScenarioOption.PingInterval(TimeSpan.Zero, "each connection");

    protected override void AddOptions(Command command)
    {
        command.Add(_connections);
        command.Add(_ping);
    }

    protected override IScenario Read(ParseResult parsed) => new ConnectScenario(
        new ConnectOptions(parsed.GetValue(_connections), parsed.GetValue(_ping)));
}

/// <summary>The command line of <see cref="LoginScenario"/> and <see cref="ComeAndGoScenario"/>.</summary>
internal sealed class LoginCommand() : ScenarioCommand(
    "login",
    "A storm of logins, all at once or at a rate; BUSY is tried again, and latency runs until success",
    new Timing(Duration: TimeSpan.FromSeconds(10), Warmup: TimeSpan.FromSeconds(1)),
    new RateOptions("Logins a second; without it all at once, or with --then-quit each user as often as it can"))
{
    private const int MaxLogins = 99_999;

    private readonly Option<int> _logins = ScenarioOption.Number(
        "--logins", 1_000, 1, MaxLogins, "Users who log in; with --stages as many as these say");

    private readonly Option<bool> _reconnect = new("--reconnect")
    {
        Description = "All are online first, are dropped at once and come back",
    };

    private readonly Option<bool> _thenQuit = new("--then-quit")
    {
        Description = "Users QUIT as soon as they are in, and come again at their next turn until the end of the load",
    };

    private readonly SideChatOptions _sideChat = new();

    protected override void AddOptions(Command command)
    {
        command.Add(_logins);
        command.Add(_reconnect);
        command.Add(_thenQuit);
        _sideChat.AddTo(command);
    }

    protected override IEnumerable<string> Contradictions(ParseResult parsed)
    {
        if (parsed.GetValue(_thenQuit) && parsed.GetValue(_reconnect))
            yield return "--reconnect is for users who stay, --then-quit for users who leave: only one of them";
        if (parsed.GetValue<double?>("--connect-rate") is not null && !parsed.GetValue(_reconnect) && _sideChat.Read(parsed) is null)
            yield return "--connect-rate is for what connects before the load, with --reconnect or --chat-pairs: logins have --rate";
        if (DueInStages(parsed) is not { } logins)
            yield break;
        if (parsed.GetResult(_logins) is { Implicit: false })
            yield return "--stages say how many users log in: --logins is for them with --then-quit only";
        if (logins > MaxLogins)
            yield return $"--stages: {logins} logins are more than {MaxLogins}";
    }

    protected override IScenario Read(ParseResult parsed)
    {
        var options = new LoginOptions(
            (int)(DueInStages(parsed) ?? parsed.GetValue(_logins)), Rates.Read(parsed), _sideChat.Read(parsed));
        return parsed.GetValue(_thenQuit) ? new ComeAndGoScenario(options) : new LoginScenario(options, parsed.GetValue(_reconnect));
    }

    /// <returns>Null where stages do not say it: there are none, or users come more than once.</returns>
    private long? DueInStages(ParseResult parsed) =>
        Rates.Stages(parsed) is { Count: > 0 } stages && !parsed.GetValue(_thenQuit) ? stages.Sum(stage => stage.Due) : null;
}

/// <summary>The command line of <see cref="PresenceScenario"/>.</summary>
internal sealed class PresenceCommand() : ScenarioCommand(
    "presence",
    "Users who log in and out, and watchers who must know in the end who is online",
    new Timing(Duration: TimeSpan.FromSeconds(10), Warmup: TimeSpan.FromSeconds(1)),
    new RateOptions("Logins a second over all who come and go, and as many logouts", 20))
{
    private readonly Option<int> _watchers =
        ScenarioOption.Number("--watchers", 100, 1, 20_000, "Users who stay online and hear of others");

    private readonly Option<int> _churners =
        ScenarioOption.Number("--churn", 100, 1, 20_000, "Users who log in and out, half of them online at a time");

    private readonly Option<Duration> _ping = ScenarioOption.PingInterval(TimeSpan.Zero, "each watcher");

    private readonly Option<PresenceExpectation> _expected = ScenarioOption.ExpectedPresence();

    private readonly SideChatOptions _sideChat = new();

    protected override void AddOptions(Command command)
    {
        command.Add(_watchers);
        command.Add(_churners);
        command.Add(_ping);
        command.Add(_expected);
        _sideChat.AddTo(command);
    }

    protected override IScenario Read(ParseResult parsed) => new PresenceScenario(new PresenceOptions(
        parsed.GetValue(_watchers), parsed.GetValue(_churners), Rates.Read(parsed), parsed.GetValue(_ping), parsed.GetValue(_expected),
        _sideChat.Read(parsed)));
}
