using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using InternalChat.Server.CommandLine;
using InternalChat.Server.Settings;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Administration.Database;

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
        command.Add(BackupCommands.Backup(database));
        command.Add(BackupCommands.Restore(database));
        command.Add(CheckCommands.Check(database));
        command.Add(StatsCommand.Create(database));
        command.Add(CheckCommands.Vacuum(database));
        return command;
    }
}

/// <summary>The database that the commands of <c>db</c> are about, and the options that say which and in what form they answer.</summary>
internal sealed class ChosenDatabase
{
    private readonly Option<bool> _json = new("--json") { Description = "For programs: an object of JSON", Recursive = true };
    private readonly SettingOptions _settings;

    private ChosenDatabase(Command command)
    {
        command.Add(_json);
        _settings = SettingOptions.AddToAllOf(command, SettingDefinitions.DbPath, SettingDefinitions.LowDisk);
    }

    /// <summary>Gives <c>db</c> and all its commands the options.</summary>
    public static ChosenDatabase AddTo(Command command) => new(command);

    /// <summary>Its full path, which is told to people if the command line does not name it.</summary>
    /// <exception cref="SettingException">What the settings say of it makes no sense.</exception>
    public string Path(ParseResult parsed)
    {
        var found = Find(parsed);
        found.TellDatabase();
        return found.DatabasePath;
    }

    /// <summary>Free bytes of its disk that are left alone; null for the usual.</summary>
    /// <exception cref="SettingException">What the settings say of it makes no sense.</exception>
    public long? LowDiskBytes(ParseResult parsed) => Find(parsed).LowDiskBytes;

    /// <summary>Whether the answer is for programs.</summary>
    public bool WantsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Prints what was done or found.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="answer">What programs get.</param>
    /// <param name="type">Of the answer.</param>
    /// <param name="describe">What people get.</param>
    public void Print<T>(ParseResult parsed, T answer, JsonTypeInfo<T> type, Func<T, string> describe) =>
        Console.Out.WriteLine((WantsJson(parsed) ? JsonSerializer.Serialize(answer, type) : describe(answer)).TrimEnd('\n'));

    private FoundServer Find(ParseResult parsed) => FoundServer.Find(_settings.Read(parsed));
}

/// <summary>
/// What the commands of <c>db</c> print for programs, written by code made at compile time: a native program has no reflection. Names are
/// added, not changed.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BackupAnswer))]
[JsonSerializable(typeof(RestoreAnswer))]
[JsonSerializable(typeof(CheckAnswer))]
[JsonSerializable(typeof(VacuumAnswer))]
[JsonSerializable(typeof(StatsAnswer))]
internal sealed partial class DatabaseJson : JsonSerializerContext;
