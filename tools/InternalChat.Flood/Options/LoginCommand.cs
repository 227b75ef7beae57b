using System.CommandLine;
using InternalChat.Flood.Scenarios;
using InternalChat.Flood.Scenarios.Login;

namespace InternalChat.Flood.Options;

/// <summary>The command line of <see cref="LoginScenario"/>.</summary>
internal sealed class LoginCommand() : ScenarioCommand(
    "login",
    "A storm of logins, all at once or at a rate; BUSY is tried again, and latency runs until success",
    new Timing(Duration: TimeSpan.FromSeconds(10), Warmup: TimeSpan.FromSeconds(1)))
{
    private readonly Option<int> _logins = ScenarioOption.Number("--logins", 1_000, 1, 99_999, "Users who log in");

    private readonly Option<double?> _rate = ScenarioOption.Rate("--rate", "Logins a second; without it all at once");

    private readonly Option<bool> _reconnect = new("--reconnect") { Description = "All are online first, are dropped at once and come back" };

    private readonly SideChatOptions _sideChat = new();

    protected override void AddOptions(Command command)
    {
        command.Add(_logins);
        command.Add(_rate);
        command.Add(_reconnect);
        _sideChat.AddTo(command);
    }

    protected override IScenario Read(ParseResult parsed) => new LoginScenario(new LoginOptions(
        parsed.GetValue(_logins), parsed.GetValue(_rate), parsed.GetValue(_reconnect), _sideChat.Read(parsed)));
}
