using System.CommandLine;
using InternalChat.Flood.Scenarios;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Flood.Scenarios.Slow;
using InternalChat.Protocol;

namespace InternalChat.Flood.Options;

/// <summary>The command line of <see cref="SlowScenario"/>.</summary>
internal sealed class SlowCommand() : ScenarioCommand(
    "slow",
    "Users who do not read while others send to them; after the load they read, and must get everything",
    new Timing(Duration: TimeSpan.FromSeconds(10), Warmup: TimeSpan.FromSeconds(1)),
    new RateOptions("Messages a second to all of them", 2_000))
{
    private readonly Option<int> _receivers =
        ScenarioOption.Number("--receivers", 5, 1, 10_000, "Users who do not read, and as many who send to them");

    private readonly Option<int> _bodyBytes = ScenarioOption.BodyBytes(WireLimits.MaxBodyBytes);

    private readonly SideChatOptions _sideChat = new();

    protected override void AddOptions(Command command)
    {
        command.Add(_receivers);
        command.Add(_bodyBytes);
        _sideChat.AddTo(command);
    }

    protected override IScenario Read(ParseResult parsed) => new SlowScenario(new SlowOptions(
        new MessageOptions
        {
            To = MessageTopology.Pair,
            ZipfExponent = 1,
            Pairs = parsed.GetValue(_receivers),
            BodyBytes = parsed.GetValue(_bodyBytes),
            Window = 1,
            Rate = Rates.Read(parsed),
            ReadShare = 0,
            MeasuresLatencies = false,
        },
        MustHoldBack: true,
        _sideChat.Read(parsed)));
}
