using System.CommandLine;
using InternalChat.Server.Administration;
using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary><c>admin export USER</c>: everything about a person, as JSON.</summary>
internal static class ExportCommand
{
    public static Command Create(AdminServer server)
    {
        var user = Arguments.User(server);
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
}
