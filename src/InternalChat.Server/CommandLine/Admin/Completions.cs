using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using InternalChat.Server.Administration;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.Administration.Contract;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary>What a server that runs knows, for a shell that completes a command line; nothing where none answers.</summary>
internal static class Completions
{
    private const int Most = 100;

    // Somebody has pressed Tab and waits.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Users whose names begin so.</summary>
    public static IEnumerable<CompletionItem> Users(string beginning, AdminServer server, ParseResult parsed) =>
        // Names are sorted: what begins so comes right behind the beginning.
        BeginningWith(
            beginning,
            server,
            parsed,
            $"v1/users?limit={Most}&after={Uri.EscapeDataString(beginning)}",
            AdministrationJson.Default.UserPage,
            static page => page.Users.Select(static user => user.User));

    /// <summary>Banned networks that begin so.</summary>
    public static IEnumerable<CompletionItem> Bans(string beginning, AdminServer server, ParseResult parsed) => BeginningWith(
        beginning, server, parsed, "v1/bans", AdministrationJson.Default.BanList,
        static list => list.Bans.Select(static ban => ban.Network));

    private static IEnumerable<CompletionItem> BeginningWith<T>(
        string beginning, AdminServer server, ParseResult parsed, string path, JsonTypeInfo<T> type, Func<T, IEnumerable<string>> words)
    {
        try
        {
            using var deadline = new CancellationTokenSource(Patience, server.Time);
            using var client = server.ConnectQuietly(parsed);
            var reply = client.SendAsync(HttpMethod.Get, path, body: null, deadline.Token).GetAwaiter().GetResult();
            return words(JsonSerializer.Deserialize(reply, type)!)
                .Where(word => word.StartsWith(beginning, StringComparison.Ordinal))
                .Take(Most)
                .Select(static word => new CompletionItem(word));
        }
        catch (Exception exception) when (
            exception is ServerUnreachableException or RequestRefusedException or SettingException or OperationCanceledException)
        {
            return [];
        }
    }
}
