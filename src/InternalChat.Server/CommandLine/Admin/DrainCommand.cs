using System.CommandLine;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.Administration.Contract;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary><c>admin drain</c>: empty the server and stop it.</summary>
internal static class DrainCommand
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static Command Create(AdminServer server)
    {
        var over = new Option<string>("--over")
        {
            Description = "How long it takes, such as 0s, 90s, 10m; at most 1 day",
            HelpName = "TIME",
            DefaultValueFactory = static _ => "60s",
        };
        var wait = new Option<bool>("--wait") { Description = "Return when the server has stopped, and not at once" };
        var command = new Command("drain", "Take no new connections, close the others in random order over a time, then stop")
        {
            over, wait,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new DrainRequest(SettingParser.TimeOrZero(new SettingText(parsed.GetValue(over), "--over")).TotalSeconds);
            var status = await server.AskAsync(
                parsed,
                AdminRequest.Post("v1/drain", AdminRequest.Json(request, AdministrationJson.Default.DrainRequest)),
                AdministrationJson.Default.DrainReply,
                static reply => $"draining: {reply.Connections} connections over {reply.OverSeconds:0.###} s",
                cancellation);
            if (parsed.GetValue(wait))
                await AwaitEndAsync(server, parsed, cancellation);
            return status;
        });
        return command;
    }

    private static async Task AwaitEndAsync(AdminServer server, ParseResult parsed, CancellationToken cancellation)
    {
        using var client = server.Connect(parsed);
        try
        {
            while (true)
            {
                await client.SendAsync(HttpMethod.Get, "v1/status", body: null, cancellation);
                await Task.Delay(PollInterval, cancellation);
            }
        }
        catch (ServerUnreachableException)
        {
            // It has stopped.
        }
    }
}
