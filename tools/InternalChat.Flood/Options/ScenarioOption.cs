using System.CommandLine;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios.Presence;
using InternalChat.Protocol;

namespace InternalChat.Flood.Options;

/// <summary>Options as scenarios have them, checked and described alike.</summary>
internal static class ScenarioOption
{
    private static readonly Duration ShortestInterval = new(TimeSpan.FromMilliseconds(10));

    internal static Option<int> Number(string name, int value, int min, int max, string description)
    {
        var option = new Option<int>(name)
        {
            HelpName = "N",
            Description = $"{description}; {min} to {max}",
            DefaultValueFactory = _ => value,
        };
        option.Validators.Add(OptionParsers.Between(min, max));
        return option;
    }

    internal static Option<Duration> Duration(string name, TimeSpan value, string description) => new(name)
    {
        HelpName = "TIME",
        Description = description,
        CustomParser = OptionParsers.Time,
        DefaultValueFactory = _ => new Duration(value),
    };

    /// <summary>Between two things that happen again and again.</summary>
    internal static Option<Duration> Interval(string name, TimeSpan value, string description)
    {
        var option = Duration(name, value, description);
        option.Validators.Add(OptionParsers.AtLeast(ShortestInterval));
        return option;
    }

    internal static Option<Duration> PingInterval(TimeSpan value, string whose)
    {
        var option = Duration("--ping-interval", value, $"Time between two PINGs of {whose}; 0s for none");
        option.Validators.Add(OptionParsers.AtLeast(ShortestInterval, orNone: true));
        return option;
    }

    /// <summary>A part of a whole, in percent.</summary>
    internal static Option<double> Share(string name, double value, string description)
    {
        var option = new Option<double>(name) { HelpName = "PERCENT", Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(OptionParsers.Between(0.0, 100.0));
        return option;
    }

    /// <summary>By Zipf's law: how uneven a choice is.</summary>
    internal static Option<double> ZipfExponent(string description)
    {
        var option = new Option<double>("--zipf-exponent") { HelpName = "S", Description = description, DefaultValueFactory = _ => 1.0 };
        option.Validators.Add(OptionParsers.Between(0.0, 10.0));
        return option;
    }

    internal static Option<int> BodyBytes(int value = 100) => Number(
        "--body-bytes", value, MessageBody.MinBytes, WireLimits.MaxBodyBytes, "Length of each body that is sent, in bytes");

    /// <summary>A word for each value of an enumeration; the first is the default.</summary>
    internal static Option<TEnum> Word<TEnum>(string name, string description)
        where TEnum : struct, Enum
    {
        string[] words = [.. Enum.GetNames<TEnum>().Select(value => value.ToLowerInvariant())];
        // The library would write the default as the enumeration does.
        var option = new Option<TEnum>(name)
        {
            HelpName = string.Join('|', words),
            Description = $"{description} [default: {words[0]}]",
        };
        option.Validators.Add(OptionParsers.OneOf(words));
        return option;
    }

    internal static Option<PresenceExpectation> ExpectedPresence() =>
        Word<PresenceExpectation>("--expect-presence", "Whom the server tells who comes and goes: all who are online, or none");

    /// <summary>So many a second; null where it is not given.</summary>
    internal static Option<double?> Rate(string name, string description)
    {
        var option = new Option<double?>(name) { HelpName = "N", Description = description };
        option.Validators.Add(OptionParsers.PositiveRate);
        return option;
    }

    /// <summary>Of all accounts of a load.</summary>
    internal static Option<string> Password()
    {
        var option = new Option<string>("--password")
        {
            HelpName = "P",
            Description = "Password of all these accounts",
            DefaultValueFactory = _ => "flood-password",
        };
        option.Validators.Add(OptionParsers.ValidPassword);
        return option;
    }
}
