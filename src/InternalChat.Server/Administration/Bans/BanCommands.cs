using System.CommandLine;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.CommandLine;
using InternalChat.Server.Network;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Administration.Bans;

/// <summary><c>admin bans …</c>: from where nobody may connect.</summary>
internal static class BanCommands
{
    private const string Path = "v1/bans";

    public static Command Create(AskedServer server) => new("bans", "From where nobody may connect")
    {
        Add(server),
        List(server),
        Remove(server),
    };

    private static Command Add(AskedServer server)
    {
        var network = Network();
        var time = new Option<string>("--for") { Description = "How long, such as 90s, 1h, 30d [default: for ever]", HelpName = "TIME" };
        var command = new Command("add", "Ban a network: its connections are closed, and new ones refused without an answer")
        {
            network, time,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var seconds = parsed.GetValue(time) is { } text
                ? SettingParser.LongTime(new SettingText(text, "--for")).TotalSeconds
                : (double?)null;
            var request = new BanRequest(Checked(parsed.GetValue(network)), seconds);
            return server.AskAsync(
                parsed,
                AdminRequest.Post(Path, AdminRequest.Json(request, BanJson.Default.BanRequest)),
                BanJson.Default.BanReply,
                static reply => $"{reply.Network} is banned; {reply.Closed} connections from there were closed",
                cancellation);
        });
        return command;
    }

    private static Command List(AskedServer server)
    {
        var command = new Command("list", "List the bans, the latest first");
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            AdminRequest.Get(Path),
            BanJson.Default.BanList,
            static list => TextTable.Format(
                ["NETWORK", "SINCE (UTC)", "UNTIL (UTC)"],
                list.Bans.Select(static ban => new[] { ban.Network, FigureText.Time(ban.Since), FigureText.Time(ban.Until) })),
            cancellation));
        return command;
    }

    private static Command Remove(AskedServer server)
    {
        var network = Network();
        network.CompletionSources.Add(context => CommandArguments.Complete(
            context.WordToComplete, server, context.ParseResult, Path, BanJson.Default.BanList,
            static list => list.Bans.Select(static ban => ban.Network)));
        var command = new Command("remove", "End the ban of a network") { network };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            new AdminRequest(HttpMethod.Delete, $"{Path}?network={Uri.EscapeDataString(Checked(parsed.GetValue(network)))}"),
            BanJson.Default.BanReply,
            static reply => $"{reply.Network} is not banned any more",
            cancellation));
        return command;
    }

    private static Argument<string> Network() => new("NETWORK")
    {
        Description = "An address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/64; an IPv6 address stands for its /64",
    };

    private static string Checked(string? network) => NetworkParser.ParseOne(new SettingText(network, "NETWORK")).ToString();
}
