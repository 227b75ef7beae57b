using System.CommandLine;

namespace InternalChat.Flood.Options;

/// <summary>Options as scenarios have them, checked and described alike.</summary>
internal static class ScenarioOption
{
    internal static Option<int> Number(string name, int value, int min, int max, string description)
    {
        var option = new Option<int>(name) { HelpName = "N", Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(OptionParsers.Between(min, max));
        return option;
    }

    internal static Option<TimeSpan> Duration(string name, TimeSpan value, string description) => new(name)
    {
        HelpName = "TIME",
        Description = description,
        CustomParser = OptionParsers.Duration,
        DefaultValueFactory = _ => value,
    };

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
