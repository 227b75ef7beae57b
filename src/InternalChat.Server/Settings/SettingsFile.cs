using System.Text.Json;
using InternalChat.Storage.Files;

namespace InternalChat.Server.Settings;

/// <summary>The settings that stand in a file: the section <c>Chat</c> of JSON, where comments and trailing commas are welcome.</summary>
internal sealed class SettingsFile
{
    private const string UsualName = "appsettings.json";
    private const string Section = "Chat";

    private readonly string _name;
    private readonly Dictionary<string, string?> _texts;

    private SettingsFile(string name, Dictionary<string, string?> texts)
    {
        _name = name;
        _texts = texts;
    }

    /// <summary>Reads it.</summary>
    /// <param name="named">
    /// Its path, where somebody names one; otherwise it is appsettings.json in the working directory, which may be missing.
    /// </param>
    /// <exception cref="SettingException">It cannot be read, or holds a setting that does not exist.</exception>
    public static SettingsFile Read(SettingText named)
    {
        var name = named.Text ?? UsualName;
        if (name.Length == 0)
            throw named.Wrong("the name of a file");
        if (named.Text is null)
        {
            if (!File.Exists(name))
                return new SettingsFile(name, []);
            RefuseForeign(name);
        }

        IConfiguration configuration;
        try
        {
            using var stream = File.OpenRead(name);
            configuration = new ConfigurationBuilder().AddJsonStream(stream).Build();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SettingException($"{named.Source}: there is no file {name}");
        }
        catch (Exception exception) when (
            exception is FormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{name}: {(exception.InnerException ?? exception).Message.ReplaceLineEndings(" ")}");
        }

        if (configuration.GetChildren().FirstOrDefault(static section => !IsNamed(section, Section)) is { } foreign)
            throw new SettingException($"{name}: there is no section {foreign.Key}; settings stand in {Section}");
        if (configuration[Section] is not null)
            throw new SettingException($"{name}: {Section} is an object with a member for each setting");
        var entries = configuration.GetSection(Section).GetChildren().ToList();
        if (entries.Find(static entry => !SettingDefinitions.All.Any(definition => IsNamed(entry, definition.JsonKey))) is { } unknown)
            throw new SettingException($"{name}: there is no setting {unknown.Path}");
        return new SettingsFile(
            name, entries.ToDictionary(static entry => entry.Key, entry => CheckedText(entry, name), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>What the file says of a setting; null for nothing.</summary>
    public SettingText? Find(SettingDefinition definition) =>
        _texts.GetValueOrDefault(definition.JsonKey) is { } text ? new SettingText(text, $"{_name}, {Section}:{definition.JsonKey}") : null;

    /// <summary>Root does as the settings say with root's rights, so one that merely lies about is not to be another user's.</summary>
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
