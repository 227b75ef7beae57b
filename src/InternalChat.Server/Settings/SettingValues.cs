namespace InternalChat.Server.Settings;

/// <summary>What is said of every setting: the command line wins over the environment, which wins over the settings file.</summary>
internal sealed class SettingValues
{
    private const string FileVariable = "CHAT_CONFIG";

    private readonly Dictionary<SettingDefinition, SettingText> _texts;

    private SettingValues(Dictionary<SettingDefinition, SettingText> texts) => _texts = texts;

    public SettingText this[SettingDefinition definition] => _texts[definition];

    /// <summary>Collects the settings, and reads the file and the environment anew.</summary>
    /// <exception cref="SettingException">The settings file cannot be read or holds a setting that does not exist.</exception>
    public static SettingValues Collect(CommandLineSettings commandLine)
    {
        var file = SettingsFile.Read(
            commandLine.File is { } named ? new SettingText(named, "--config")
            : Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } variable ? new SettingText(variable, FileVariable)
            : default);
        return new SettingValues(SettingDefinitions.All.ToDictionary(static definition => definition, definition =>
            commandLine.Texts.TryGetValue(definition, out var argument) ? new SettingText(argument, "--" + definition.Name)
            : Environment.GetEnvironmentVariable(definition.EnvironmentVariable) is { } variable
                ? new SettingText(variable, definition.EnvironmentVariable)
            : file.Find(definition) ?? new SettingText(definition.Default, SettingText.DefaultSource)));
    }

    /// <summary>The value of a setting.</summary>
    /// <exception cref="SettingException">What is said is no value of it.</exception>
    public T Read<T>(SettingDefinition<T> definition) => definition.Parse(_texts[definition]);
}

/// <summary>What the command line says of the settings; it stays the same as long as the program runs.</summary>
/// <param name="File">The settings file that it names; null for the environment's, or appsettings.json, where there is one.</param>
/// <param name="Texts">The settings that it names.</param>
internal sealed record CommandLineSettings(string? File, IReadOnlyDictionary<SettingDefinition, string> Texts);
