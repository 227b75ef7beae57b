using System.CommandLine;
using InternalChat.Protocol;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary>The kinds of arguments and options that several commands take.</summary>
internal static class Arguments
{
    private const int LargestPage = 10_000;

    /// <summary>A user of the server; shells complete it with those that there are.</summary>
    public static Argument<string> User(AdminServer server)
    {
        var argument = NewUser("USER");
        argument.CompletionSources.Add(context => UserNames.BeginningWith(context.WordToComplete, server, context.ParseResult));
        return argument;
    }

    /// <summary>A user name.</summary>
    public static Argument<string> NewUser(string name)
    {
        var argument = new Argument<string>(name) { Description = "Name of the user" };
        argument.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string>() is not { } text || !UserName.TryParse(text, out _))
                result.AddError($"'{result.GetValueOrDefault<string>()}' is no user name: 3 to 32 of A-Z a-z 0-9 _ . -");
        });
        return argument;
    }

    /// <summary>Where a page of a list begins.</summary>
    public static Option<string> After() => new("--after") { Description = "Begin behind this name", HelpName = "NAME" };

    /// <summary>How long a page of a list is.</summary>
    public static Option<int> Limit()
    {
        var option = new Option<int>("--limit")
        {
            Description = $"At most so many, 1 to {LargestPage}",
            HelpName = "N",
            DefaultValueFactory = static _ => 100,
        };
        option.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var limit) || limit is < 1 or > LargestPage))
                result.AddError($"--limit: '{token.Value}' is not a number from 1 to {LargestPage}");
        });
        return option;
    }

    /// <summary>A page of a list, as a query.</summary>
    public static string Page(ParseResult parsed, Option<string> after, Option<int> limit) =>
        $"?limit={parsed.GetValue(limit)}" + (parsed.GetValue(after) is { } name ? $"&after={Uri.EscapeDataString(name)}" : "");
}
