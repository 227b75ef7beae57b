using System.Text.Json;

namespace InternalChat.Server.Settings;

/// <summary>A setting's text and where it came from.</summary>
internal readonly record struct SettingValue(SettingDefinition Definition, string? Text, string Source)
{
    /// <summary>The complaint about this value.</summary>
    public SettingException Wrong(string expected) => new($"{Source}: '{Text}' is not {expected}");
}

/// <summary>The texts of all settings: the command line wins over the environment, which wins over appsettings.json.</summary>
internal sealed class SettingValues
{
    private const string FileName = "appsettings.json";
    private const string Section = "Chat";

    private readonly Dictionary<SettingDefinition, SettingValue> _values = [];

    private SettingValues()
    {
    }

    public SettingValue this[SettingDefinition definition] => _values[definition];

    /// <summary>Collects the settings.</summary>
    /// <param name="commandLine">What the command line says of a setting; null for nothing.</param>
    /// <exception cref="SettingException">appsettings.json cannot be read or holds a setting that does not exist.</exception>
    public static SettingValues Collect(Func<SettingDefinition, string?> commandLine)
    {
        var file = ReadFile();
        var values = new SettingValues();
        foreach (var definition in SettingDefinitions.All)
        {
            values._values[definition] =
                commandLine(definition) is { } argument ? new(definition, argument, "--" + definition.Name)
                : Environment.GetEnvironmentVariable(definition.EnvironmentVariable) is { } variable
                    ? new(definition, variable, definition.EnvironmentVariable)
                : file.GetValueOrDefault(definition.JsonKey) is { } text ? new(definition, text, $"{FileName}, {Section}:{definition.JsonKey}")
                : new(definition, definition.Default, "default");
        }

        return values;
    }

    private static Dictionary<string, string?> ReadFile()
    {
        IConfiguration configuration;
        try
        {
            configuration = new ConfigurationBuilder()
                .SetBasePath(Directory.GetCurrentDirectory())
                .AddJsonFile(FileName, optional: true)
                .Build();
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException or JsonException or IOException)
        {
            throw new SettingException($"{FileName}: {(exception.InnerException ?? exception).Message.ReplaceLineEndings(" ")}");
        }

        var found = configuration.GetSection(Section).GetChildren().ToDictionary(
            static entry => entry.Key, static entry => entry.Value, StringComparer.OrdinalIgnoreCase);
        var unknown = found.Keys.FirstOrDefault(static key => !SettingDefinitions.All.Any(
            definition => string.Equals(definition.JsonKey, key, StringComparison.OrdinalIgnoreCase)));
        return unknown is null ? found : throw new SettingException($"{FileName}: there is no setting {Section}:{unknown}");
    }
}
