using System.CommandLine;

namespace InternalChat.Flood.Options;

/// <summary>Options that scenarios and <c>verify</c> share.</summary>
internal static class ServerOption
{
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
