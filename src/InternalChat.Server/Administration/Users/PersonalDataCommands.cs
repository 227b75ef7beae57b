using System.CommandLine;
using System.Text.Json;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.CommandLine;
using InternalChat.Server.Settings.Parsing;
using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Server.Administration.Users;

/// <summary><c>admin export USER</c> and <c>admin erase USER</c>: everything about a person, as JSON or out of the file.</summary>
internal static class PersonalDataCommands
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static Command Export(AskedServer server)
    {
        var user = UserArgument.Existing(server);
        var file = new Option<string>("--out")
        {
            Description = "A new file, which only its owner can read [default: the standard output]",
            HelpName = "FILE",
        };
        var command = new Command("export", "Write everything about a user as JSON: account, contacts, blocks, messages") { user, file };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = server.Connect(parsed);
            using var response = await client.OpenAsync(
                HttpMethod.Get, $"v1/users/{parsed.GetValue(user)}/export", body: null, cancellation);
            if (parsed.GetValue(file) is { } path)
                await SaveAsync(response, path, cancellation);
            else
                await CopyAsync(response, Console.OpenStandardOutput(), cancellation);
            return ExitStatus.Success;
        });
        return command;
    }

    private static async Task SaveAsync(HttpResponseMessage response, string path, CancellationToken cancellation)
    {
        try
        {
            var rights = OwnersRights.Of(Path.GetDirectoryName(Path.GetFullPath(path)) ?? path);
            using var file = new PartialFile(path, rights);
            await using (var output = file.OpenToWrite())
                await CopyAsync(response, output, cancellation);
            file.Publish(replace: false);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    private static async Task CopyAsync(HttpResponseMessage response, Stream output, CancellationToken cancellation)
    {
        try
        {
            await response.Content.CopyToAsync(output, cancellation);
        }
        catch (HttpRequestException exception)
        {
            throw new RequestRefusedException(
                500, "broken_off", $"The server broke the export off: {exception.GetBaseException().Message}");
        }
    }

    public static Command Erase(AskedServer server)
    {
        var user = UserArgument.Existing(server);
        var yes = new Option<bool>("--yes") { Description = "Do not ask" };
        var noWait = new Option<bool>("--no-wait") { Description = "Return when it is ordered, and not when it is done" };
        var command = new Command(
            "erase",
            "Delete a user and remove everything about it from the database: account, blocks, and all messages that it sent or received, "
            + "also from the histories of others. Backups and exports are not reached")
        {
            user, yes, noWait,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var name = parsed.GetValue(user)!;
            if (!parsed.GetValue(yes))
                Confirm(name);
            using var client = server.Connect(parsed);
            var reply = await AskAsync(client, HttpMethod.Post, $"v1/users/{name}/erase", cancellation);
            while (reply.Pending && !parsed.GetValue(noWait))
            {
                await Task.Delay(PollInterval, cancellation);
                reply = await AskAsync(client, HttpMethod.Get, $"v1/erasures/{reply.Erasure}", cancellation);
            }

            Console.Out.WriteLine(
                server.WantsJson(parsed) ? JsonSerializer.Serialize(reply, UserJson.Default.ErasureReply)
                : reply.Pending ? $"{name} is deleted, and its traces are being erased"
                : $"{name} is erased");
            return ExitStatus.Success;
        });
        return command;
    }

    private static async Task<ErasureReply> AskAsync(
        AdministrationClient client, HttpMethod method, string path, CancellationToken cancellation) =>
        JsonSerializer.Deserialize(
            await client.SendAsync(method, path, body: null, cancellation), UserJson.Default.ErasureReply)!;

    private static void Confirm(string name)
    {
        if (Console.IsInputRedirected)
            throw new SettingException("erase asks on a terminal; elsewhere it wants --yes.");
        Console.Error.Write($"This cannot be undone. Type the user's name to erase {name}: ");
        if (Console.ReadLine() != name)
            throw new SettingException("That is another name; nothing was erased.");
    }
}
