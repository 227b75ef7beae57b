using System.CommandLine;
using InternalChat.Client;

namespace InternalChat.Flood.Options;

/// <summary>How to reach the server, as every subcommand has it.</summary>
internal static class ServerOption
{
    internal static Option<ChatServerAddress> Target() => new("--target")
    {
        HelpName = "HOST:PORT",
        Description = "The server",
        CustomParser = OptionParsers.Address,
        DefaultValueFactory = _ => new ChatServerAddress(),
    };

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
