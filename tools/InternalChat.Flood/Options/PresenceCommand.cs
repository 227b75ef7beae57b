using System.CommandLine;
using InternalChat.Flood.Scenarios;
using InternalChat.Flood.Scenarios.Presence;

namespace InternalChat.Flood.Options;

/// <summary>The command line of <see cref="PresenceScenario"/>.</summary>
internal sealed class PresenceCommand() : ScenarioCommand(
    "presence",
    "Users who log in and out, and watchers who must know in the end who is online",
    new Timing(Duration: TimeSpan.FromSeconds(10), Warmup: TimeSpan.FromSeconds(1)))
{
    private const double DefaultRate = 20;

    private readonly Option<int> _watchers = ScenarioOption.Number("--watchers", 100, 1, 20_000, "Users who stay online and hear of others");

    private readonly Option<int> _churners = ScenarioOption.Number("--churn", 100, 1, 20_000, "Users who log in and out, half of them online at a time");

    private readonly Option<double?> _rate =
        ScenarioOption.Rate("--rate", $"Logins a second over all of them, and as many logouts; {DefaultRate} where not given");

    private readonly Option<PresenceExpectation> _expected = new("--expect-presence")
    {
        Description = "Whom the server tells: all who are online, or none",
        DefaultValueFactory = _ => PresenceExpectation.All,
    };

    private readonly SideChatOptions _sideChat = new();

    protected override void AddOptions(Command command)
    {
        command.Add(_watchers);
        command.Add(_churners);
        command.Add(_rate);
        command.Add(_expected);
        _sideChat.AddTo(command);
        _expected.AcceptOnlyFromAmong([.. Enum.GetNames<PresenceExpectation>().Select(name => name.ToLowerInvariant())]);
    }

    protected override IScenario Read(ParseResult parsed) => new PresenceScenario(new PresenceOptions(
        parsed.GetValue(_watchers), parsed.GetValue(_churners), parsed.GetValue(_rate) ?? DefaultRate, parsed.GetValue(_expected),
        _sideChat.Read(parsed)));
}
