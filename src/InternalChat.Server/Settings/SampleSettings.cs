using System.Text;
using System.Text.Json;

namespace InternalChat.Server.Settings;

/// <summary>A settings file for people to start from: every setting with what it does, its default, and when a change is taken.</summary>
internal static class SampleSettings
{
    private const string Heading = """
        // Settings of the InternalChat server. Each line that is commented out shows the default; those without one show what is expected.
        // What is live is taken by a running server at SIGHUP, the rest at its next start. An environment variable wins over this file
        // (CHAT_RATE_LIMIT over RateLimit) and the command line over both; "internalchat config" shows what is in force and why.

        """;

    /// <summary>The file's text.</summary>
    public static string Write()
    {
        var text = new StringBuilder(Heading).Append("{\n  \"Chat\": {\n");
        text.AppendJoin("\n", SettingDefinitions.All.Select(Describe));
        return text.Append("  }\n}\n").ToString();
    }

    private static string Describe(SettingDefinition setting) =>
        $"    // {setting.Description} [{setting.Placeholder}; {(setting.IsReloadable ? "live" : "at restart")}]\n"
        + $"    // \"{setting.JsonKey}\": {Value(setting)},\n";

    private static string Value(SettingDefinition setting)
    {
        var text = setting.Default ?? setting.Placeholder;
        // A number of JSON has no leading zero.
        return text.All(char.IsAsciiDigit) && text[0] != '0' ? text : $"\"{JsonEncodedText.Encode(text)}\"";
    }
}
