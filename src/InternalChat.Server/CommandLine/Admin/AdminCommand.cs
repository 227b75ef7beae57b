using System.CommandLine;
using InternalChat.Server.CommandLine.Admin.Top;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary><c>internalchat admin …</c>: ask and tell a server that runs.</summary>
internal static class AdminCommand
{
    private const string Description = """
        Ask and tell a server that runs, over the Unix socket beside its database.

        The server is found by its database (--db-path, CHAT_DB_PATH, the settings file, also that of an installed server), or by --socket.
        Only root and the user who runs the server may ask it, and it is asked only if it runs as the owner of the socket's folder or of the
        database's, as root or as yourself.

        Exit status: 0 done; 1 refused or failed; 2 wrong usage; 3 no server answers.
        """;

    public static Command Create(TimeProvider time)
    {
        var command = new Command("admin", Description);
        var server = AdminServer.AddTo(command, time);
        command.Add(StatusCommand.Create(server));
        command.Add(TopCommand.Create(server));
        command.Add(SessionsCommand.Create(server));
        command.Add(UsersCommand.Create(server));
        command.Add(BansCommand.Create(server));
        command.Add(NoticeCommand.Create(server));
        command.Add(ReloadCommand.Create(server));
        command.Add(DrainCommand.Create(server));
        command.Add(LogLevelCommand.Create(server));
        command.Add(RetentionCommand.Create(server));
        command.Add(ExportCommand.Create(server));
        command.Add(EraseCommand.Create(server));
        return command;
    }
}
