using System.CommandLine;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.History;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Flood.Scenarios.Slow;
using InternalChat.Protocol;

namespace InternalChat.Flood.Options;

/// <summary>The command line of <see cref="HistoryScenario"/>.</summary>
internal sealed class HistoryCommand() : ScenarioCommand(
    "history",
    "Users who ask for conversations, which are filled first, at full speed (closed loop) or at a rate (open loop)",
    new Timing(Duration: TimeSpan.FromSeconds(10), Warmup: TimeSpan.FromSeconds(1)),
    new RateOptions("Open loop instead: commands a second over all users, latency from the time when each was due"))
{
    private readonly Option<int> _pairs = ScenarioOption.Number("--pairs", 50, 1, 20_000, "Conversations, and users who ask for one each");

    private readonly Option<int> _messages = ScenarioOption.Number(
        "--messages", 200, 1, 1_000_000, "Messages of each conversation; what is there from an earlier run is not sent again");

    private readonly Option<int> _bodyBytes = ScenarioOption.BodyBytes();

    private readonly Option<int> _limit = ScenarioOption.Number(
        "--limit", WireLimits.MaxHistory, 1, WireLimits.MaxHistory, "Messages asked for at a time");

    private readonly Option<int> _window =
        ScenarioOption.Number("--window", 1, 1, 64, "Closed loop: commands of one user that wait for their answer at a time");

    protected override void AddOptions(Command command)
    {
        command.Add(_pairs);
        command.Add(_messages);
        command.Add(_bodyBytes);
        command.Add(_limit);
        command.Add(_window);
        Rates.ExcludeClosedLoop(command, _window);
    }

    protected override IScenario Read(ParseResult parsed) => new HistoryScenario(new HistoryOptions
    {
        Pairs = parsed.GetValue(_pairs),
        Messages = parsed.GetValue(_messages),
        BodyBytes = parsed.GetValue(_bodyBytes),
        Limit = parsed.GetValue(_limit),
        Window = parsed.GetValue(_window),
        Rate = Rates.Read(parsed),
    });
}

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
