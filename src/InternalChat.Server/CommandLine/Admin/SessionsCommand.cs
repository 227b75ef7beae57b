using System.CommandLine;
using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary><c>admin sessions …</c>: who is online.</summary>
internal static class SessionsCommand
{
    public static Command Create(AdminServer server) => new("sessions", "Who is online")
    {
        List(server),
        Kick(server),
    };

    private static Command List(AdminServer server)
    {
        var (after, limit) = (Arguments.After(), Arguments.Limit());
        var command = new Command("list", "List the users who are online, by name") { after, limit };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            AdminRequest.Get("v1/sessions" + Arguments.Page(parsed, after, limit)),
            AdministrationJson.Default.SessionPage,
            Describe,
            cancellation));
        return command;
    }

    private static Command Kick(AdminServer server)
    {
        var user = Arguments.User(server);
        var command = new Command("kick", "Close a user's connection; the user may come back at once") { user };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            new AdminRequest(HttpMethod.Delete, $"v1/sessions/{parsed.GetValue(user)}"),
            AdministrationJson.Default.UserDone,
            static done => $"{done.User} was told to leave",
            cancellation));
        return command;
    }

    private static string Describe(SessionPage page) => PageText.Page(
        ["USER", "ADDRESS", "SINCE (UTC)", "STATE", "WAITING", "SENT", "RECEIVED"],
        page.Sessions.Select(static session => new[]
        {
            session.User,
            session.Address ?? "-",
            FigureText.Time(session.ConnectedAt),
            session.State,
            FigureText.Number(session.WaitingBytes),
            FigureText.Number(session.MessagesSent),
            FigureText.Number(session.MessagesReceived),
        }),
        page.Next);
}
