using System.Collections;
using System.Text.RegularExpressions;

namespace InternalChat.Server.Settings;

/// <summary>What the environment says of the settings, and what looks as if it did.</summary>
internal sealed partial class EnvironmentSettings
{
    /// <summary>Names the settings file.</summary>
    public const string FileVariable = "CHAT_CONFIG";

    private const string Prefix = "CHAT_";

    // Of the terminal client, which may run in the same environment; its host and port have the server's names.
    private static readonly string[] OfTheClient =
    [
        "CHAT_PASSWORD", "CHAT_TLS", "CHAT_TLS_INSECURE", "CHAT_CA_CERT", "CHAT_CLIENT_CERT", "CHAT_CLIENT_KEY", "CHAT_NO_READ_RECEIPTS",
    ];

    private readonly Dictionary<string, string> _texts;

    private EnvironmentSettings(Dictionary<string, string> texts) => _texts = texts;

    /// <summary>Names that look like settings and are none, a line for the operator each.</summary>
    public required IReadOnlyList<string> Misspellings { get; init; }

    /// <summary>A line for the operator about variables that describe a service; null if there are none.</summary>
    public required string? ServiceLinks { get; init; }

    /// <summary>The settings file that it names; null for none.</summary>
    public string? File => _texts.GetValueOrDefault(FileVariable);

    /// <summary>Reads the environment of this process.</summary>
    public static EnvironmentSettings Read() => Of(
        Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(static variable => ((string)variable.Key, (string?)variable.Value)));

    /// <summary>Reads an environment. A variable that is empty is not there; blanks and line ends around a value do not count.</summary>
    public static EnvironmentSettings Of(IEnumerable<(string Name, string? Value)> variables)
    {
        var texts = variables
            .Select(static variable => (variable.Name, Text: (variable.Value ?? "").Trim()))
            .Where(static variable => variable.Text.Length > 0 && variable.Name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(static variable => variable.Name, static variable => variable.Text, StringComparer.Ordinal);
        var links = texts.Where(static variable => IsServiceLink(variable.Key, variable.Value))
            .Select(static link => link.Key)
            .Order()
            .ToList();
        links.ForEach(link => texts.Remove(link));
        var known = SettingDefinitions.All.Select(static definition => definition.EnvironmentVariable).Append(FileVariable).ToList();
        var unknown = texts.Keys.Except(known).Except(OfTheClient).Order();
        return new EnvironmentSettings(texts)
        {
            Misspellings = [.. unknown.Select(name => $"{name} is no setting and is ignored{Spelling.Suggest(name, known)}")],
            ServiceLinks = links is [] ? null
                : $"{string.Join(", ", links)}: these variables describe a service to its containers and are no settings, so they are "
                    + "ignored; in Kubernetes, enableServiceLinks: false keeps them away",
        };
    }

    /// <summary>What it says of a setting; null for nothing.</summary>
    public string? Find(SettingDefinition definition) => _texts.GetValueOrDefault(definition.EnvironmentVariable);

    private static bool IsServiceLink(string name, string text) =>
        ServiceLink().IsMatch(name) || (name.EndsWith("_PORT", StringComparison.Ordinal) && ServiceAddress().IsMatch(text));

    // https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables; Docker's links add the last two.
    [GeneratedRegex(
        @"^CHAT(_\w+)?_SERVICE_(HOST|PORT(_\w+)?)$|^CHAT(_\w+)?_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$|^CHAT_(NAME|ENV_\w+)$",
        RegexOptions.CultureInvariant)]
    private static partial Regex ServiceLink();

    [GeneratedRegex("^(tcp|udp|sctp)://", RegexOptions.CultureInvariant)]
    private static partial Regex ServiceAddress();
}
