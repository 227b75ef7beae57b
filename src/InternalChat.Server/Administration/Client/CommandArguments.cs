using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Administration.Client;

/// <summary>The kinds of arguments and options that several commands take.</summary>
internal static class CommandArguments
{
    public const int MostCompletions = 100;

    // Somebody has pressed Tab and waits.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

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

    /// <summary>What the server knows that begins so, for a shell that completes a command line; nothing if no server answers.</summary>
    public static IEnumerable<CompletionItem> Complete<T>(
        string beginning, AskedServer server, ParseResult parsed, string path, JsonTypeInfo<T> type, Func<T, IEnumerable<string>> words)
    {
        try
        {
            using var deadline = new CancellationTokenSource(Patience, server.Time);
            using var client = server.ConnectQuietly(parsed);
            var reply = client.SendAsync(HttpMethod.Get, path, body: null, deadline.Token).GetAwaiter().GetResult();
            return words(JsonSerializer.Deserialize(reply, type)!)
                .Where(word => word.StartsWith(beginning, StringComparison.Ordinal))
                .Take(MostCompletions)
                .Select(static word => new CompletionItem(word));
        }
        catch (Exception exception) when (
            exception is ServerUnreachableException or RequestRefusedException or SettingException or OperationCanceledException)
        {
            return [];
        }
    }
}
