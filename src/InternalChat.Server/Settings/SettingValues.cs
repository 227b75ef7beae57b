using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Settings;

/// <summary>What is said of every setting: the command line wins over the environment, which wins over the settings file.</summary>
internal sealed class SettingValues
{
    private readonly Dictionary<SettingDefinition, SettingText> _texts;

    private SettingValues(Dictionary<SettingDefinition, SettingText> texts, SettingsFile file, EnvironmentSettings environment)
    {
        _texts = texts;
        File = file;
        Environment = environment;
    }

    /// <summary>The settings file.</summary>
    public SettingsFile File { get; }

    /// <summary>The environment.</summary>
    public EnvironmentSettings Environment { get; }

    /// <summary>What the operator should know of the environment, a line each.</summary>
    public IEnumerable<string> Warnings =>
        Environment.ServiceLinks is { } links ? Environment.Misspellings.Append(links) : Environment.Misspellings;

    public SettingText this[SettingDefinition definition] => _texts[definition];

    /// <summary>Collects the settings, and reads the file and the environment anew.</summary>
    /// <exception cref="SettingException">
    /// The settings file cannot be read or holds a setting that does not exist, and it is not read for its paths alone.
    /// </exception>
    public static SettingValues Collect(CommandLineSettings commandLine, SettingsUse use = SettingsUse.Serve)
    {
        var environment = EnvironmentSettings.Read();
        var chosen = SettingsFile.Choose(commandLine, environment, use);
        var file = use == SettingsUse.FindServer ? SettingsFile.ReadForPaths(chosen) : SettingsFile.Read(chosen);
        var texts = SettingDefinitions.All.ToDictionary(static definition => definition, definition =>
            commandLine.Texts.TryGetValue(definition, out var argument) ? new SettingText(argument, "--" + definition.Name)
            : environment.Find(definition) is { } variable ? new SettingText(variable, definition.EnvironmentVariable)
            : file.Find(definition) ?? new SettingText(definition.Default, SettingText.DefaultSource));
        return new SettingValues(texts, file, environment);
    }

    /// <summary>The value of a setting.</summary>
    /// <exception cref="SettingException">What is said is no value of it.</exception>
    public T Read<T>(SettingDefinition<T> definition) => definition.Parse(_texts[definition]);
}

/// <summary>What settings are read for.</summary>
internal enum SettingsUse
{
    /// <summary>A server is to be started.</summary>
    Serve,

    /// <summary>They are shown.</summary>
    Show,

    /// <summary>A server or its database is looked for: only the paths matter.</summary>
    FindServer,
}

/// <summary>What the command line says of the settings; it stays the same as long as the program runs.</summary>
/// <param name="File">The settings file that it names; null for the environment's, or appsettings.json, where there is one.</param>
/// <param name="Texts">The settings that it names.</param>
internal sealed record CommandLineSettings(string? File, IReadOnlyDictionary<SettingDefinition, string> Texts);
