using System.CommandLine;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios;
using InternalChat.Flood.Scenarios.Presence;

namespace InternalChat.Flood.Options;

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
