using System.CommandLine;
using System.Text.Json;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.Administration.Contract;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary><c>admin erase USER</c>: a person leaves the file.</summary>
internal static class EraseCommand
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static Command Create(AdminServer server)
    {
        var user = Arguments.User(server);
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
                server.WantsJson(parsed) ? JsonSerializer.Serialize(reply, AdministrationJson.Default.ErasureReply)
                : reply.Pending ? $"{name} is deleted, and its traces are being erased"
                : $"{name} is erased");
            return ExitStatus.Success;
        });
        return command;
    }

    private static async Task<ErasureReply> AskAsync(
        AdministrationClient client, HttpMethod method, string path, CancellationToken cancellation) =>
        JsonSerializer.Deserialize(
            await client.SendAsync(method, path, body: null, cancellation), AdministrationJson.Default.ErasureReply)!;

    private static void Confirm(string name)
    {
        if (Console.IsInputRedirected)
            throw new SettingException("erase asks on a terminal; elsewhere it wants --yes.");
        Console.Error.Write($"This cannot be undone. Type the user's name to erase {name}: ");
        if (Console.ReadLine() != name)
            throw new SettingException("That is another name; nothing was erased.");
    }
}
