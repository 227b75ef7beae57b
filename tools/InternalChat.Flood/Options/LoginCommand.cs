using System.CommandLine;
using InternalChat.Flood.Scenarios;
using InternalChat.Flood.Scenarios.Login;
using InternalChat.Flood.Scenarios.Message;

namespace InternalChat.Flood.Options;

/// <summary>The command line of <see cref="LoginScenario"/>.</summary>
internal sealed class LoginCommand() : ScenarioCommand(
    "login",
    "A storm of logins, all at once or at a rate; BUSY is tried again, and latency runs until success",
    new Timing(Duration: TimeSpan.FromSeconds(10), Warmup: TimeSpan.FromSeconds(1)))
{
    private const int BodyBytes = 100;

    private readonly Option<int> _logins = ScenarioOption.Number("--logins", 1_000, 1, 99_999, "Users who log in");

    private readonly Option<double?> _rate = ScenarioOption.Rate("--rate", "Logins a second; without it all at once");

    private readonly Option<bool> _reconnect = new("--reconnect") { Description = "All are online first, are dropped at once and come back" };

    private readonly Option<int> _pairs = ScenarioOption.Number("--chat-pairs", 0, 0, 1_000, "Pairs of other users who chat meanwhile");

    private readonly Option<double?> _chatRate = ScenarioOption.Rate("--chat-rate", "Their messages a second over all pairs; 100 where not given");

    protected override void AddOptions(Command command)
    {
        command.Add(_logins);
        command.Add(_rate);
        command.Add(_reconnect);
        command.Add(_pairs);
        command.Add(_chatRate);
    }

    protected override IScenario Read(ParseResult parsed) => new LoginScenario(new LoginOptions(
        parsed.GetValue(_logins), parsed.GetValue(_rate), parsed.GetValue(_reconnect), SideChat(parsed)));

    private MessageOptions? SideChat(ParseResult parsed) => parsed.GetValue(_pairs) is > 0 and var pairs
        ? new MessageOptions
        {
            To = MessageTopology.Pair,
            ZipfExponent = 1,
            Pairs = pairs,
            BodyBytes = BodyBytes,
            Window = 1,
            MessagesPerSecond = parsed.GetValue(_chatRate) ?? 100,
            ReadReceipts = false,
        }
        : null;
}
