using System.CommandLine;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.Administration.Users;
using InternalChat.Server.CommandLine;

namespace InternalChat.Server.Administration.Sessions;

/// <summary><c>admin sessions …</c>: who is online.</summary>
internal static class SessionCommands
{
    public static Command Create(AskedServer server) => new("sessions", "Who is online")
    {
        List(server),
        Kick(server),
    };

    private static Command List(AskedServer server)
    {
        var (after, limit) = (CommandArguments.After(), CommandArguments.Limit());
        var command = new Command("list", "List the users who are online, by name") { after, limit };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            AdminRequest.Get("v1/sessions" + CommandArguments.Page(parsed, after, limit)),
            SessionJson.Default.SessionPage,
            Describe,
            cancellation));
        return command;
    }

    private static Command Kick(AskedServer server)
    {
        var user = UserArgument.Existing(server);
        var command = new Command("kick", "Close a user's connection; the user may come back at once") { user };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            new AdminRequest(HttpMethod.Delete, $"v1/sessions/{parsed.GetValue(user)}"),
            UserJson.Default.UserDone,
            static done => $"{done.User} was told to leave",
            cancellation));
        return command;
    }

    private static string Describe(SessionPage page) => TextTable.Page(
        ["USER", "ADDRESS", "SINCE (UTC)", "STATE", "WAITING", "SENT", "RECEIVED"],
        page.Sessions.Select(static session => new[]
        {
            session.User,
            session.Address?.ToString() ?? "-",
            FigureText.Time(session.ConnectedAt.UtcDateTime),
            ContractValues.Word(session.State),
            FigureText.Number(session.WaitingBytes),
            FigureText.Number(session.MessagesSent),
            FigureText.Number(session.MessagesReceived),
        }),
        page.Next);
}
