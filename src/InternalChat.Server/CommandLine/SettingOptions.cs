using System.CommandLine;
using InternalChat.Server.Settings;

namespace InternalChat.Server.CommandLine;

/// <summary>The options of a command that reads settings: <c>--config</c> and one for each setting that it uses.</summary>
internal sealed class SettingOptions
{
    private readonly Dictionary<SettingDefinition, Option> _options;
    private readonly Option<string> _file = new("--config")
    {
        Description = "Settings file [default: the one that CHAT_CONFIG names, otherwise appsettings.json in the working directory, if it "
            + "exists; config, admin and db then look for " + InstalledServer.SettingsFile + "]",
        HelpName = "FILE",
    };

    private SettingOptions(IEnumerable<SettingDefinition> definitions) =>
        _options = definitions.ToDictionary(static definition => definition, Create);

    /// <summary>Gives a command the options for these settings; all where none is named.</summary>
    public static SettingOptions AddTo(Command command, params SettingDefinition[] definitions)
    {
        var options = new SettingOptions(definitions is [] ? SettingDefinitions.All : definitions);
        foreach (var option in options._options.Values)
            command.Add(option);
        command.Add(options._file);
        return options;
    }

    /// <summary>Gives a command and all below it the options for these settings.</summary>
    public static SettingOptions AddToAllOf(Command command, params SettingDefinition[] definitions)
    {
        var options = AddTo(command, definitions);
        foreach (var option in options._options.Values.Append(options._file))
            option.Recursive = true;
        return options;
    }

    /// <summary>What the command line says of them.</summary>
    public CommandLineSettings Read(ParseResult parsed) => new(
        parsed.GetValue(_file),
        _options
            .Select(entry => (entry.Key, Text: TextOf(entry.Value, parsed)))
            .Where(static entry => entry.Text is not null)
            .ToDictionary(static entry => entry.Key, static entry => entry.Text!));

    private static Option Create(SettingDefinition definition)
    {
        var name = "--" + definition.Name;
        Option option = definition.IsList ? new Option<string[]>(name) : new Option<string>(name);
        option.Description = definition.Description + (definition.Default is { } usual ? $" [default: {usual}]" : "");
        option.HelpName = definition.Placeholder;
        return option;
    }

    private static string? TextOf(Option option, ParseResult parsed) => option switch
    {
        Option<string[]> list => parsed.GetResult(list) is null ? null : string.Join(',', parsed.GetValue(list)!),
        _ => parsed.GetValue((Option<string>)option),
    };
}
