using System.CommandLine;
using InternalChat.Server.Administration.Bans;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.Administration.Database;
using InternalChat.Server.Administration.Server;
using InternalChat.Server.Administration.Sessions;
using InternalChat.Server.Administration.Top;
using InternalChat.Server.Administration.Users;

namespace InternalChat.Server.Administration;

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
        var server = AskedServer.AddTo(command, time);
        command.Add(ServerCommands.Status(server));
        command.Add(TopCommand.Create(server));
        command.Add(SessionCommands.Create(server));
        command.Add(UserCommands.Create(server));
        command.Add(BanCommands.Create(server));
        command.Add(ServerCommands.Notice(server));
        command.Add(ServerCommands.Reload(server));
        command.Add(ServerCommands.Drain(server));
        command.Add(ServerCommands.LogLevel(server));
        command.Add(RetentionCommand.Create(server));
        command.Add(PersonalDataCommands.Export(server));
        command.Add(PersonalDataCommands.Erase(server));
        return command;
    }
}
