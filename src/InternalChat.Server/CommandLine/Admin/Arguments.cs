using System.CommandLine;
using InternalChat.Protocol;
using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary>The kinds of arguments and options that several commands take.</summary>
internal static class Arguments
{
    /// <summary>A user of the server; shells complete it with those that there are.</summary>
    public static Argument<string> User(AdminServer server)
    {
        var argument = NewUser("USER");
        argument.CompletionSources.Add(context => Completions.Users(context.WordToComplete, server, context.ParseResult));
        return argument;
    }

    /// <summary>A user name.</summary>
    public static Argument<string> NewUser(string name)
    {
        var argument = new Argument<string>(name) { Description = "Name of the user" };
        argument.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string>() is not { } text || !UserName.TryParse(text, out _))
                result.AddError($"'{result.GetValueOrDefault<string>()}' is no user name: {UserName.Rule}");
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
            Description = $"At most so many, 1 to {Paging.MaxLimit}",
            HelpName = "N",
            DefaultValueFactory = static _ => Paging.DefaultLimit,
        };
        option.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var limit) || limit is < 1 or > Paging.MaxLimit))
                result.AddError($"--limit: '{token.Value}' is not a number from 1 to {Paging.MaxLimit}");
        });
        return option;
    }

    /// <summary>A page of a list, as a query.</summary>
    public static string Page(ParseResult parsed, Option<string> after, Option<int> limit) =>
        $"?limit={parsed.GetValue(limit)}" + (parsed.GetValue(after) is { } name ? $"&after={Uri.EscapeDataString(name)}" : "");
}
