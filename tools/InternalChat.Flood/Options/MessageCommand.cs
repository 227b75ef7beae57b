using System.CommandLine;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Protocol;

namespace InternalChat.Flood.Options;

/// <summary><c>flood message</c>: pairs of clients, one of each sends to the other.</summary>
internal sealed class MessageCommand() : ScenarioCommand(
    "message",
    "Pairs of clients that send at full speed (closed loop) or at a rate (open loop)",
    new Timing(Duration: TimeSpan.FromSeconds(10), Warmup: TimeSpan.FromSeconds(1)))
{
    private const int MaxPairs = 20_000;

    private readonly Option<int> _pairs = ScenarioOption.Number("--pairs", 50, 1, MaxPairs, "Pairs of a sender and a recipient");
    private readonly Option<int> _bodyBytes =
        ScenarioOption.Number("--body-bytes", 100, MessageBody.MinBytes, WireLimits.MaxBodyBytes, "Length of each body, in bytes");

    private readonly Option<int> _window =
        ScenarioOption.Number("--window", 64, 1, 4_096, "Closed loop: messages of one sender that wait for their answer at a time");

    private readonly Option<double?> _rate = ScenarioOption.Rate(
        "--rate", "Open loop instead: messages a second over all pairs, latency from the time when each was due");

    private readonly Option<bool> _readReceipts = new("--read-receipts") { Description = "Recipients answer each message with READ" };

    protected override void AddOptions(Command command)
    {
        command.Add(_pairs);
        command.Add(_bodyBytes);
        command.Add(_window);
        command.Add(_rate);
        command.Add(_readReceipts);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_rate) is { Implicit: false } && result.GetResult(_window) is { Implicit: false })
                result.AddError("--window is for the closed loop, --rate for the open one: only one of them");
        });
    }

    protected override IScenario Read(ParseResult parsed) => new MessageScenario(new MessageOptions
    {
        Pairs = parsed.GetValue(_pairs),
        BodyBytes = parsed.GetValue(_bodyBytes),
        Window = parsed.GetValue(_window),
        MessagesPerSecond = parsed.GetValue(_rate),
        ReadReceipts = parsed.GetValue(_readReceipts),
    });
}
