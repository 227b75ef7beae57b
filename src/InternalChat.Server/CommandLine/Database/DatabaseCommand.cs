using System.CommandLine;

namespace InternalChat.Server.CommandLine.Database;

/// <summary><c>internalchat db …</c>: look after the database file.</summary>
internal static class DatabaseCommand
{
    private const string Description = """
        Look after the database file: copy it, put a copy back, look whether it is whole and what is in it.

        The database is found by --db-path, CHAT_DB_PATH or the settings file, also that of an installed server; what nobody has named is
        told on standard error. backup, check and stats also work beside a server that runs, which does not wait for them, and leave as
        much of the disk free as --low-disk says; restore and vacuum refuse as long as one has the database.
        Root works in another user's folder with that user's rights.

        Exit status: 0 done; 1 it failed, or check has found something; 2 wrong usage.
        """;

    public static Command Create()
    {
        var command = new Command("db", Description);
        var database = ChosenDatabase.AddTo(command);
        command.Add(BackupCommand.Create(database));
        command.Add(RestoreCommand.Create(database));
        command.Add(CheckCommand.Create(database));
        command.Add(StatsCommand.Create(database));
        command.Add(VacuumCommand.Create(database));
        return command;
    }
}
