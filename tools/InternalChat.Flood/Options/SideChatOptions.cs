using System.CommandLine;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios.Message;

namespace InternalChat.Flood.Options;

/// <summary>The options of <see cref="SideChat"/>, for every scenario that has one.</summary>
internal sealed class SideChatOptions
{
    private const int BodyBytes = 100;
    private const double DefaultRate = 100;

    private readonly Option<int> _pairs = ScenarioOption.Number("--chat-pairs", 0, 0, 1_000, "Pairs of other users who chat meanwhile");

    private readonly Option<double?> _rate =
        ScenarioOption.Rate("--chat-rate", $"Their messages a second over all pairs; {DefaultRate} where not given");

    internal void AddTo(Command command)
    {
        command.Add(_pairs);
        command.Add(_rate);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_rate) is { Implicit: false } && !result.IsSet(_pairs))
                result.AddError("--chat-rate is for --chat-pairs only");
        });
    }

    /// <summary>Null where nobody is to chat.</summary>
    internal MessageOptions? Read(ParseResult parsed) => parsed.GetValue(_pairs) is > 0 and var pairs
        ? new MessageOptions
        {
            To = MessageTopology.Pair,
            ZipfExponent = 1,
            Pairs = pairs,
            BodyBytes = BodyBytes,
            Window = 1,
            Rate = new SendRate(parsed.GetValue(_rate) ?? DefaultRate),
            ReadShare = 0,
        }
        : null;
}
