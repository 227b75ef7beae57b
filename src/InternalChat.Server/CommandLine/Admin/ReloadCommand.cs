using System.CommandLine;
using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary><c>admin reload</c>.</summary>
internal static class ReloadCommand
{
    public static Command Create(AdminServer server)
    {
        var command = new Command("reload", "Read the settings again, as by SIGHUP; says what has changed and what waits for a restart");
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed, AdminRequest.Post("v1/reload"), AdministrationJson.Default.ReloadReply, Describe, cancellation));
        return command;
    }

    private static string Describe(ReloadReply reply) => reply is { Changed: [], AtRestart: [] }
        ? "nothing has changed"
        : TextTable.Format(
            ["SETTING", "BEFORE", "AFTER", "IN FORCE", "FROM"],
            [
                .. reply.Changed.Select(static change => Row(change, "now")),
                .. reply.AtRestart.Select(static change => Row(change, "at restart")),
            ]);

    private static string[] Row(ChangedSetting change, string inForce) =>
        [change.Setting, change.Before ?? "-", change.After ?? "-", inForce, change.Source];
}
