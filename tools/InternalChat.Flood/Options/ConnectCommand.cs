using System.CommandLine;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios;
using InternalChat.Flood.Scenarios.Connect;

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
