using System.Text;
using System.Text.Json;
using InternalChat.Server.Settings.Parsing;
using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Server.Settings;

/// <summary>The settings that stand in a file: the section <c>Chat</c> of JSON, where comments and trailing commas are welcome.</summary>
internal sealed class SettingsFile
{
    private const string UsualName = "appsettings.json";
    private const string Section = "Chat";

    private readonly Dictionary<string, string?> _texts;

    private SettingsFile(string? name, Dictionary<string, string?> texts)
    {
        Name = name;
        _texts = texts;
    }

    /// <summary>Its path; null if there is none.</summary>
    public string? Name { get; }

    /// <summary>Whether nobody has named it.</summary>
    public bool IsFound { get; private init; }

    /// <summary>What is wrong with it, in one line; only of one that was read for its paths, and then not all of it may be known.</summary>
    public string? Complaint { get; private init; }

    /// <summary>
    /// Which file is meant: the one that somebody names, or appsettings.json in the working directory if it exists, or, for those who look
    /// for a server rather than being one, that of the installed server if it exists. Null for none.
    /// </summary>
    /// <exception cref="SettingException">Root has found one that another user may have written.</exception>
    public static SettingText? Choose(CommandLineSettings commandLine, EnvironmentSettings environment, SettingsUse use) =>
        commandLine.File is { } argument ? new SettingText(argument, "--config")
        : environment.File is { } variable ? new SettingText(variable, EnvironmentSettings.FileVariable)
        : FindUnnamed(use) is { } found ? new SettingText(found, SettingText.DefaultSource)
        : null;

    /// <summary>Reads it.</summary>
    /// <exception cref="SettingException">It cannot be read, or holds a setting that does not exist.</exception>
    public static SettingsFile Read(SettingText? chosen)
    {
        if (chosen is not { } named)
            return new SettingsFile(null, []);
        var name = named.Text!;
        if (name.Length == 0)
            throw named.Wrong("the name of a file");
        return new SettingsFile(name, Check(name, Parse(named))) { IsFound = !named.IsGiven };
    }

    /// <summary>
    /// Reads it for those who look for a server, which may run well although its file is wrong by now. Of a file that is not whole they get
    /// what stands before the mistake.
    /// </summary>
    public static SettingsFile ReadForPaths(SettingText? chosen)
    {
        try
        {
            return Read(chosen);
        }
        catch (SettingException mistake)
        {
            return new SettingsFile(chosen!.Value.Text, ReadBeforeMistake(chosen.Value.Text!))
            {
                IsFound = !chosen.Value.IsGiven,
                Complaint = mistake.Message,
            };
        }
    }

    /// <summary>What the file says of a setting; null for nothing.</summary>
    public SettingText? Find(SettingDefinition definition) =>
        _texts.GetValueOrDefault(definition.JsonKey) is { } text
            ? new SettingText(text.Trim(), $"{Name}, {Section}:{definition.JsonKey}")
            : null;

    private static IConfigurationRoot Parse(SettingText named)
    {
        try
        {
            using var stream = File.OpenRead(named.Text!);
            return new ConfigurationBuilder().AddJsonStream(stream).Build();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SettingException($"{named.Source}: there is no file {named.Text}");
        }
        catch (Exception exception) when (
            exception is FormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{named.Text}: {(exception.InnerException ?? exception).Message.ReplaceLineEndings(" ")}");
        }
    }

    private static Dictionary<string, string?> Check(string name, IConfigurationRoot configuration)
    {
        if (configuration.GetChildren().FirstOrDefault(static section => !IsNamed(section, Section)) is { } foreign)
            throw new SettingException($"{name}: there is no section {foreign.Key}; settings stand in {Section}");
        if (configuration[Section] is not null)
            throw new SettingException($"{name}: {Section} is an object with a member for each setting");
        var entries = configuration.GetSection(Section).GetChildren().ToList();
        if (entries.Find(static entry => !SettingDefinitions.All.Any(definition => IsNamed(entry, definition.JsonKey))) is { } unknown)
        {
            var names = SettingDefinitions.All.Select(static definition => definition.JsonKey);
            throw new SettingException($"{name}: there is no setting {unknown.Path}{Spelling.Suggest(unknown.Key, names)}");
        }

        return entries.ToDictionary(static entry => entry.Key, entry => CheckedText(entry, name), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The members of the section before the first mistake in the file's grammar; null if not one text is said.</summary>
    private static Dictionary<string, string?> ReadBeforeMistake(string name)
    {
        var texts = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        try
        {
            // As text, for there may be a mark of the encoding at its beginning.
            var reader = new Utf8JsonReader(
                Encoding.UTF8.GetBytes(File.ReadAllText(name)),
                new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var (section, key) = ("", "");
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
                    section = reader.GetString()!;
                else if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 2 })
                    key = reader.GetString()!;
                else if (reader is { TokenType: JsonTokenType.String, CurrentDepth: 2 }
                    && string.Equals(section, Section, StringComparison.OrdinalIgnoreCase))
                    texts[key] = reader.GetString() is { } text && !text.Contains('\0') && !texts.ContainsKey(key) ? text : null;
            }
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // So far and no further.
        }

        return texts;
    }

    private static string? FindUnnamed(SettingsUse use)
    {
        var found = File.Exists(UsualName) ? UsualName
            : use != SettingsUse.Serve && File.Exists(InstalledServer.SettingsFile) ? InstalledServer.SettingsFile
            : null;
        if (found is not null)
            RefuseForeign(found);
        return found;
    }

    /// <summary>Root does as the settings say with root's rights, so a file that nobody has named must not be another user's.</summary>
    private static void RefuseForeign(string name)
    {
        const string remedy = "name a settings file of root's (--config, CHAT_CONFIG), or run this as the user who runs the server";
        try
        {
            if (OwnersRights.Of(name).User is { } owner)
                throw new SettingException($"{Path.GetFullPath(name)}: the user with id {owner} may have written it: {remedy}");
        }
        catch (IOException exception)
        {
            throw new SettingException($"{name}: {exception.Message}");
        }
    }

    /// <summary>Without NUL, which arguments and the environment cannot hold, and no path and no address may.</summary>
    private static string? CheckedText(IConfigurationSection entry, string name)
    {
        var text = TextOf(entry, name);
        return text?.Contains('\0') is true
            ? throw new SettingException($"{name}, {entry.Path}: a value cannot have a NUL character in it")
            : text;
    }

    private static string? TextOf(IConfigurationSection entry, string name)
    {
        var values = entry.GetChildren().ToList();
        if (values is [])
            return entry.Value;
        if (!SettingDefinitions.All.Any(definition => definition.IsList && IsNamed(entry, definition.JsonKey)))
            throw new SettingException($"{name}, {entry.Path}: one value is expected, and not several");
        // The keys of an array are numbers.
        return values.TrueForAll(static value => value is { Value: not null, Key: [>= '0' and <= '9', ..] })
            ? string.Join(',', values.Select(static value => value.Value))
            : throw new SettingException($"{name}, {entry.Path}: a value or an array of values is expected");
    }

    private static bool IsNamed(IConfigurationSection entry, string name) =>
        string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase);
}
