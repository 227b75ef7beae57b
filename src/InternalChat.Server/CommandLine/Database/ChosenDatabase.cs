using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using InternalChat.Server.Settings;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.CommandLine.Database;

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
