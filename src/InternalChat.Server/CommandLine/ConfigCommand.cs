using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using InternalChat.Server.Settings;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.CommandLine;

/// <summary><c>internalchat config</c>: the settings that a server would have if it were started now, and where each comes from.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "For programs: an object with a member for each setting" };
        var sample = new Option<bool>("--sample") { Description = "Print a settings file that explains every setting, instead" };
        var command = new Command("config", "Print the effective settings and where each comes from; refuses what serve would refuse")
        {
            json,
            sample,
        };
        var settings = SettingOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(sample))
            {
                Console.Out.Write(SampleSettings.Write());
                return ExitStatus.Success;
            }

            var values = SettingValues.Collect(settings.Read(parsed), SettingsUse.Show);
            ServerSettings.Read(values);
            foreach (var warning in values.Warnings)
                Console.Error.WriteLine($"warning: {warning}");
            if (values.File is { IsFound: true, Name: InstalledServer.SettingsFile })
                Console.Error.WriteLine($"settings file {InstalledServer.SettingsFile}");
            Console.Out.Write(parsed.GetValue(json) ? Json(values) : Table(values));
            return ExitStatus.Success;
        });
        return command;
    }

    private static string Json(SettingValues values) =>
        JsonSerializer.Serialize(
            SettingDefinitions.All.ToDictionary(
                static definition => definition.Name, definition => EffectiveSetting.Of(definition, values[definition])),
            ConfigJson.Default.DictionaryStringEffectiveSetting)
        + "\n";

    private static string Table(SettingValues values) => TextTable.Format(
        ["SETTING", "VALUE", "FROM", "CHANGES"],
        SettingDefinitions.All.Select(definition => new[]
        {
            definition.Name,
            values[definition].Text ?? "-",
            values[definition].Source,
            definition.IsReloadable ? "live" : "at restart",
        }));
}

/// <summary>A member of what <c>config --json</c> prints. Names are added, not changed.</summary>
internal sealed record EffectiveSetting(string? Value, string Source, bool Reloadable)
{
    public static EffectiveSetting Of(SettingDefinition definition, SettingText text) =>
        new(text.Text, text.Source, definition.IsReloadable);
}

/// <summary>Written at compile time, for a native program has no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Dictionary<string, EffectiveSetting>))]
internal sealed partial class ConfigJson : JsonSerializerContext;
