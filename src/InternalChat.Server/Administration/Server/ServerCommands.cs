using System.CommandLine;
using System.Globalization;
using InternalChat.Engine.Administration;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.CommandLine;
using InternalChat.Server.Hosting;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Administration.Server;

/// <summary>About the server as a whole: <c>admin status</c>, <c>notice</c>, <c>reload</c>, <c>drain</c> and <c>loglevel</c>.</summary>
internal static class ServerCommands
{
    private const string LogLevelPath = "v1/log-level";

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static Command Status(AskedServer server)
    {
        var command = new Command("status", "How the server fares");
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed, AdminRequest.Get("v1/status"), ServerJson.Default.ServerStatus, Describe, cancellation));
        return command;
    }

    private static string Describe(ServerStatus status) => string.Create(CultureInfo.InvariantCulture, $"""
        {status.State} for {TimeSpan.FromSeconds(status.UptimeSeconds)}, version {status.Version}, process {status.ProcessId}
        database     {status.Database}
        connections  {status.Connections}
        sessions     {status.SessionsLive} live, {status.SessionsCatchingUp} catching up
        writer       {status.QueuedOperations} of {status.QueueCapacity} operations waiting
        memory       {FigureText.Size(status.MemoryBytes)}
        """);

    public static Command Notice(AskedServer server)
    {
        var text = new Argument<string>("TEXT") { Description = NoticeText.Rule };
        text.Validators.Add(static result =>
        {
            if (!NoticeText.TryParse(result.GetValueOrDefault<string>(), out _))
                result.AddError(NoticeText.Rule);
        });
        var command = new Command("notice", "Say something to everybody who is online") { text };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            AdminRequest.Post(
                "v1/notice", AdminRequest.Json(new NoticeRequest(parsed.GetValue(text)), ServerJson.Default.NoticeRequest)),
            ServerJson.Default.NoticeReply,
            static reply => $"{reply.Told} users were told",
            cancellation));
        return command;
    }

    public static Command Reload(AskedServer server)
    {
        var command = new Command("reload", "Read the settings again, as by SIGHUP; says what has changed and what waits for a restart");
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed, AdminRequest.Post("v1/reload"), ServerJson.Default.ReloadOutcome, Describe, cancellation));
        return command;
    }

    private static string Describe(ReloadOutcome reply) => reply is { Changed: [], AtRestart: [] }
        ? "nothing has changed"
        : TextTable.Format(
            ["SETTING", "BEFORE", "AFTER", "IN FORCE", "FROM"],
            [
                .. reply.Changed.Select(static change => Row(change, "now")),
                .. reply.AtRestart.Select(static change => Row(change, "at restart")),
            ]);

    private static string[] Row(SettingChange change, string inForce) =>
        [change.Setting, change.Before ?? "-", change.After ?? "-", inForce, change.Source];

    public static Command Drain(AskedServer server)
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
                AdminRequest.Post("v1/drain", AdminRequest.Json(request, ServerJson.Default.DrainRequest)),
                ServerJson.Default.DrainReply,
                static reply => $"draining: {reply.Connections} connections over {reply.OverSeconds:0.###} s",
                cancellation);
            if (parsed.GetValue(wait))
                await AwaitEndAsync(server, parsed, cancellation);
            return status;
        });
        return command;
    }

    private static async Task AwaitEndAsync(AskedServer server, ParseResult parsed, CancellationToken cancellation)
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

    public static Command LogLevel(AskedServer server)
    {
        var level = new Argument<string?>("LEVEL")
        {
            Description = "The new level; without it the present one is printed",
            Arity = ArgumentArity.ZeroOrOne,
        };
        level.AcceptOnlyFromAmong([.. LogLevels.All]);
        var command = new Command("loglevel", "From which level on the server logs, until it ends") { level };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            parsed.GetValue(level) is { } word
                ? new AdminRequest(
                    HttpMethod.Put, LogLevelPath, AdminRequest.Json(new LogLevelMessage(word), ServerJson.Default.LogLevelMessage))
                : AdminRequest.Get(LogLevelPath),
            ServerJson.Default.LogLevelMessage,
            static reply => reply.Level!,
            cancellation));
        return command;
    }
}
