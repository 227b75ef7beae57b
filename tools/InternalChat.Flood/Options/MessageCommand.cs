using System.CommandLine;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Protocol;

namespace InternalChat.Flood.Options;

/// <summary><c>flood message</c>: senders and recipients.</summary>
internal sealed class MessageCommand() : ScenarioCommand(
    "message",
    "Clients that send to others at full speed (closed loop) or at a rate (open loop)",
    new Timing(Duration: TimeSpan.FromSeconds(10), Warmup: TimeSpan.FromSeconds(1)))
{
    private const int MaxPairs = 20_000;

    private readonly Option<int> _pairs = ScenarioOption.Number("--pairs", 50, 1, MaxPairs, "Senders, and as many recipients but for --to hot");
    private readonly Option<MessageTopology> _to = new("--to")
    {
        Description = "Who gets the messages: a recipient for each sender, one for all (hot), any by Zipf's law, or recipients that are "
            + "offline until the load has ended",
        DefaultValueFactory = _ => MessageTopology.Pair,
    };

    private readonly Option<double> _zipfExponent = new("--zipf-exponent")
    {
        HelpName = "S",
        Description = "With --to zipf: the recipient of rank k gets messages in proportion to 1/k^S; 0 for an even choice",
        DefaultValueFactory = _ => 1.0,
    };

    private readonly Option<int> _bodyBytes =
        ScenarioOption.Number("--body-bytes", 100, MessageBody.MinBytes, WireLimits.MaxBodyBytes, "Length of each body, in bytes");

    private readonly Option<int> _window =
        ScenarioOption.Number("--window", 64, 1, 4_096, "Closed loop: messages of one sender that wait for their answer at a time");

    private readonly Option<double?> _rate = ScenarioOption.Rate(
        "--rate", "Open loop instead: messages a second over all pairs, latency from the time when each was due");

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
        command.Add(_pairs);
        command.Add(_bodyBytes);
        command.Add(_window);
        command.Add(_rate);
        command.Add(_readReceipts);
        command.Add(_ledger);
        _ledger.Validators.Add(OptionParsers.FileInExistingDirectory);
        _to.AcceptOnlyFromAmong([.. Enum.GetNames<MessageTopology>().Select(name => name.ToLowerInvariant())]);
        _zipfExponent.Validators.Add(OptionParsers.ZipfExponent);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_zipfExponent) is { Implicit: false } && result.GetValue(_to) != MessageTopology.Zipf)
                result.AddError("--zipf-exponent is for --to zipf only");
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(_rate) is { Implicit: false } && result.GetResult(_window) is { Implicit: false })
                result.AddError("--window is for the closed loop, --rate for the open one: only one of them");
        });
    }

    protected override IScenario Read(ParseResult parsed) => new MessageScenario(new MessageOptions
    {
        To = parsed.GetValue(_to),
        ZipfExponent = parsed.GetValue(_zipfExponent),
        Pairs = parsed.GetValue(_pairs),
        BodyBytes = parsed.GetValue(_bodyBytes),
        Window = parsed.GetValue(_window),
        MessagesPerSecond = parsed.GetValue(_rate),
        ReadReceipts = parsed.GetValue(_readReceipts),
        LedgerFile = parsed.GetValue(_ledger),
    });
}
