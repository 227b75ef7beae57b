namespace InternalChat.Server.Settings;

/// <summary>One setting: <c>--name</c> on the command line, <c>CHAT_NAME</c> in the environment, <c>Name</c> in appsettings.json.</summary>
/// <param name="Name">Its words in lower case, joined by <c>-</c>.</param>
/// <param name="Placeholder">What stands for the value in the help.</param>
/// <param name="Default">What is used where nobody says anything; null for none.</param>
/// <param name="Description">What it does, with its unit.</param>
internal sealed record SettingDefinition(string Name, string Placeholder, string? Default, string Description)
{
    /// <summary>The name of its environment variable.</summary>
    public string EnvironmentVariable => "CHAT_" + Name.ToUpperInvariant().Replace('-', '_');

    /// <summary>The name of its key in the section Chat of appsettings.json, where case does not matter.</summary>
    public string JsonKey => Name.Replace("-", "", StringComparison.Ordinal);
}

/// <summary>Every setting of the server, in the order of the help.</summary>
internal static class SettingDefinitions
{
    public static readonly SettingDefinition Host = new("host", "ADDRESS", "127.0.0.1", "Address to listen on: an IP address, a host name, or * for all");
    public static readonly SettingDefinition Port = new("port", "PORT", "9000", "TCP port, 1 to 65535; 0 lets the system choose");
    public static readonly SettingDefinition DbPath = new("db-path", "FILE", "./data/chat.db", "SQLite database; made with its folder where it does not exist");
    public static readonly SettingDefinition TlsCert = new("tls-cert", "FILE", null, "Certificate chain in PEM; turns TLS on; reloaded when it changes");
    public static readonly SettingDefinition TlsKey = new("tls-key", "FILE", null, "Private key of --tls-cert in PEM");
    public static readonly SettingDefinition RateLimit = new("rate-limit", "N/TIME|off", "20/10s", "MSG accepted per user in any such time");
    public static readonly SettingDefinition PasswordIterations = new("password-iterations", "N", "600000", "PBKDF2-HMAC-SHA256 iterations of new password hashes, 1000 to 100000000");
    public static readonly SettingDefinition Durability = new("durability", "full|normal", "full", "full: acknowledged messages survive power loss; normal: kill -9 only");
    public static readonly SettingDefinition Presence = new("presence", "all|contacts|off", "all", "Who hears of users coming and going");
    public static readonly SettingDefinition Registration = new("registration", "open|closed", "open", "Whether a login with a new name creates the account");
    public static readonly SettingDefinition MaxConnections = new("max-connections", "N|auto", "auto", "Connections at one time; auto: what the limit of open files allows");
    public static readonly SettingDefinition MaxConnectionsPerAddress = new("max-connections-per-address", "N|off", "off", "Connections at one time from one address");
    public static readonly SettingDefinition AuthTimeout = new("auth-timeout", "TIME", "10s", "Time from connecting to AUTH, such as 500ms, 10s, 2m");
    public static readonly SettingDefinition LogLevel = new("log-level", "LEVEL", "information", "trace, debug, information, warning, error or critical");

    public static readonly IReadOnlyList<SettingDefinition> All =
    [
        Host, Port, DbPath, TlsCert, TlsKey, RateLimit, PasswordIterations, Durability, Presence, Registration, MaxConnections,
        MaxConnectionsPerAddress, AuthTimeout, LogLevel,
    ];
}
