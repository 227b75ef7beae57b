using System.CommandLine;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Message;

namespace InternalChat.Flood.Options;

/// <summary><c>flood message</c>: senders and recipients.</summary>
internal sealed class MessageCommand() : ScenarioCommand(
    "message",
    "Clients that send to others at full speed (closed loop) or at a rate (open loop)",
    new Timing(Duration: TimeSpan.FromSeconds(10), Warmup: TimeSpan.FromSeconds(1)),
    new RateOptions("Open loop instead: messages a second over all pairs, latency from the time when each was due"))
{
    private const int MaxPairs = 20_000;

    private readonly Option<int> _pairs =
        ScenarioOption.Number("--pairs", 50, 1, MaxPairs, "Senders, and as many recipients but for --to hot");

    private readonly Option<MessageTopology> _to = ScenarioOption.Word<MessageTopology>(
        "--to",
        "Who gets the messages: a recipient for each sender, one for all (hot), any by Zipf's law, or recipients that are offline until "
            + "the load has ended, or away but for short visits");

    private readonly Option<double> _zipfExponent = ScenarioOption.ZipfExponent(
        "With --to zipf: the recipient of rank k gets messages in proportion to 1/k^S; 0 for an even choice");

    private readonly Option<int> _bodyBytes = ScenarioOption.BodyBytes();

    private readonly Option<int> _window =
        ScenarioOption.Number("--window", 64, 1, 4_096, "Closed loop: messages of one sender that wait for their answer at a time");

    private readonly Option<Duration> _visitInterval = ScenarioOption.Interval(
        "--visit-interval", TimeSpan.FromSeconds(5), "With --to away: time from one visit of a recipient to its next");

    private readonly Option<bool> _readReceipts = new("--read-receipts") { Description = "Recipients answer each message with READ" };

    private readonly Option<string?> _ledger = new("--ledger")
    {
        HelpName = "FILE",
        Description = "Write down each acknowledged and each received message, for 'verify --ledger FILE' after a crash of the server",
    };

    protected override void AddOptions(Command command)
    {
        command.Add(_to);
        command.Add(_zipfExponent);
        command.Add(_visitInterval);
        command.Add(_pairs);
        command.Add(_bodyBytes);
        command.Add(_window);
        command.Add(_readReceipts);
        command.Add(_ledger);
        _ledger.Validators.Add(OptionParsers.WritableFile);
        Rates.ExcludeClosedLoop(command, _window);
    }

    protected override IEnumerable<string> Contradictions(ParseResult parsed)
    {
        var to = parsed.GetValue(_to);
        if (parsed.CommandResult.IsSet(_zipfExponent) && to != MessageTopology.Zipf)
            yield return "--zipf-exponent is for --to zipf only";
        if (parsed.CommandResult.IsSet(_visitInterval) && to != MessageTopology.Away)
            yield return "--visit-interval is for --to away only";
    }

    protected override IScenario Read(ParseResult parsed) => new MessageScenario(new MessageOptions
    {
        To = parsed.GetValue(_to),
        ZipfExponent = parsed.GetValue(_zipfExponent),
        Pairs = parsed.GetValue(_pairs),
        BodyBytes = parsed.GetValue(_bodyBytes),
        Window = parsed.GetValue(_window),
        Rate = Rates.Read(parsed),
        ReadShare = parsed.GetValue(_readReceipts) ? 1 : 0,
        VisitInterval = parsed.GetValue(_visitInterval),
        LedgerFile = parsed.GetValue(_ledger),
    });
}
