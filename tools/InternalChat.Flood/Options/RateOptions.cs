using System.CommandLine;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios.Message;

namespace InternalChat.Flood.Options;

/// <summary>How much an open loop sends: <c>--rate</c>, or <c>--stages</c>, which also say how long.</summary>
internal sealed class RateOptions
{
    private const string Name = "--rate";

    private readonly Option<double?> _rate;
    private readonly double? _default;

    private readonly Option<RateStage[]> _stages = new("--stages")
    {
        HelpName = "TIME:N,TIME:N",
        Description = $"Instead of {Name} and --duration: one rate after another, such as 30s:1000,2m:5000; the warm-up has the first",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = OptionParsers.Stages,
        DefaultValueFactory = _ => [],
    };

    /// <summary>Where nothing is given there is no open loop.</summary>
    internal RateOptions(string description) => _rate = ScenarioOption.Rate(Name, description);

    /// <summary>Where nothing is given there is this rate.</summary>
    internal RateOptions(string description, double value)
    {
        _rate = ScenarioOption.Rate(Name, $"{description}; {value} where not given");
        _default = value;
    }

    /// <param name="command">Gets the options.</param>
    /// <param name="duration">Of the measured time, which stages say themselves.</param>
    internal void AddTo(Command command, Option duration)
    {
        command.Add(_rate);
        command.Add(_stages);
        Exclude(command, _stages, _rate, $"--stages say the rate: no {Name} beside them");
        Exclude(command, _stages, duration, "--stages say how long they last: no --duration beside them");
    }

    /// <summary>Refuses an option of the closed loop where there is an open one.</summary>
    internal void ExcludeClosedLoop(Command command, Option window)
    {
        Exclude(command, _rate, window, $"--window is for the closed loop, {Name} for the open one: only one of them");
        Exclude(command, _stages, window, "--window is for the closed loop, --stages are for the open one: only one of them");
    }

    /// <returns>Null for the closed loop.</returns>
    internal SendRate? Read(ParseResult parsed) =>
        Stages(parsed) is { Count: > 0 } stages ? new SendRate(stages)
        : (parsed.GetValue(_rate) ?? _default) is { } rate ? new SendRate(rate)
        : null;

    /// <summary>Empty where the rate does not change.</summary>
    internal IReadOnlyList<RateStage> Stages(ParseResult parsed) => parsed.GetRequiredValue(_stages);

    private static void Exclude(Command command, Option one, Option other, string problem) => command.Validators.Add(result =>
    {
        if (result.GetResult(one) is { Implicit: false } && result.GetResult(other) is { Implicit: false })
            result.AddError(problem);
    });
}

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
