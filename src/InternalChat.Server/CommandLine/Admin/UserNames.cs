using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.Json;
using InternalChat.Server.Administration;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.Administration.Contract;
using InternalChat.Server.Settings;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary>The users of a server that runs, for a shell that completes a command line.</summary>
internal static class UserNames
{
    private const int Most = 100;

    // Somebody has pressed Tab and waits.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Names that begin so; none where no server answers.</summary>
    public static IEnumerable<CompletionItem> BeginningWith(string beginning, AdminServer server, ParseResult parsed)
    {
        try
        {
            using var deadline = new CancellationTokenSource(Patience);
            using var client = server.ConnectQuietly(parsed);
            // Names are sorted: what begins so comes right behind the beginning.
            var path = $"v1/users?limit={Most}&after={Uri.EscapeDataString(beginning)}";
            var reply = client.SendAsync(HttpMethod.Get, path, body: null, deadline.Token).GetAwaiter().GetResult();
            return JsonSerializer.Deserialize(reply, AdministrationJson.Default.UserPage)!.Users
                .Where(user => user.User.StartsWith(beginning, StringComparison.Ordinal))
                .Select(static user => new CompletionItem(user.User));
        }
        catch (Exception exception) when (
            exception is ServerUnreachableException or RequestRefusedException or SettingException or OperationCanceledException)
        {
            return [];
        }
    }
}
