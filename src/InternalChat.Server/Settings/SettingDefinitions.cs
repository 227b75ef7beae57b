using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using InternalChat.Engine.Options;
using InternalChat.Server.Logging;
using InternalChat.Server.Network;
using InternalChat.Server.Runtime;
using InternalChat.Server.Settings.Parsing;
using InternalChat.Server.Tls;
using InternalChat.Storage.Sqlite.Options;
using static InternalChat.Server.Settings.Parsing.SettingParser;

namespace InternalChat.Server.Settings;

/// <summary>
/// Every setting of the server, in the order of the help. A new one is a line here and a line where its value is used
/// (<see cref="ServerSettings"/>); the command line, the environment, the settings file, <c>config</c> and the help follow.
/// </summary>
internal static class SettingDefinitions
{
    private const int MostConnections = 10_000_000;
    private const int MostPending = 1_000_000_000;

    // Stands before the settings, which put themselves into it.
    private static readonly List<SettingDefinition> Defined = [];

    public static readonly SettingDefinition<IPAddress> Host = Define(
        "host", "ADDRESS", "127.0.0.1", "Address to listen on: an IP address, a host name, or * for all", Address);

    public static readonly SettingDefinition<int> Port = Define(
        "port", "PORT", "9000", "TCP port, 1 to 65535; 0 lets the system choose", Number(0, 65_535));

    public static readonly SettingDefinition<IReadOnlyList<Listener>> Listen = DefineList(
        "listen", "LISTENER", "Where to listen, given once for each: ADDRESS:PORT or tcp://ADDRESS:PORT, tls://ADDRESS:PORT, unix:PATH; "
            + "with +proxy behind tcp, tls or unix for proxies that send a PROXY header. "
            + "Instead of --host and --port, or besides them where one of them is given",
        ListenerParser.Parse);

    public static readonly SettingDefinition<Permission> AllowPlain = Define(
        "allow-plain", "yes|no", "no", "Whether --listen may offer other machines connections without TLS", Word<Permission>);

    public static readonly SettingDefinition<UnixFileMode> UnixMode = Define(
        "unix-mode", "MODE", "0660", "Mode of the files of Unix sockets, in octal: who may connect", FileMode);

    public static readonly SettingDefinition<IReadOnlyList<IPNetwork>> ProxyProtocol = DefineList(
        "proxy-protocol", "NETWORKS", "Addresses and networks of the proxies that may connect to +proxy listeners and name the client in a "
            + "PROXY header, version 1 or 2; turns --host and --port into such a listener",
        NetworkParser.Parse);

    public static readonly SettingDefinition<string> DbPath = Define(
        "db-path", "FILE", "./data/chat.db", "SQLite database; made with its folder where it does not exist", Text);

    public static readonly SettingDefinition<string?> TlsCert = Define(
        "tls-cert", "FILE", null, "Certificate chain in PEM; turns TLS on; reloaded when the file changes", OptionalText);

    public static readonly SettingDefinition<string?> TlsKey = Define(
        "tls-key", "FILE", null, "Private key of --tls-cert in PEM", OptionalText);

    public static readonly SettingDefinition<string?> TlsClientCa = Define(
        "tls-client-ca", "FILE", null, "Authorities in PEM whose client certificates are accepted; such a certificate's common name is the "
            + "only user who may log in with it. Reloaded when the file changes",
        OptionalText);

    public static readonly SettingDefinition<ClientCertificateMode> TlsClient = Define(
        "tls-client", "required|optional", "required", "With --tls-client-ca: whether a client without a certificate is refused",
        Word<ClientCertificateMode>);

    public static readonly SettingDefinition<SslProtocols> TlsMinVersion = Define(
        "tls-min-version", "1.2|1.3", "1.2", "Oldest TLS version that is spoken", TlsVersions);

    public static readonly SettingDefinition<IReadOnlyList<TlsCipherSuite>> TlsCiphers = DefineList(
        "tls-ciphers", "NAMES",
        "Cipher suites that are spoken, by their IANA names, such as TLS_AES_256_GCM_SHA384; those of a TLS version of "
            + "which none is named are all off, and with them the version [default: OpenSSL's]",
        CipherSuites.Parse);

    public static readonly SettingDefinition<RateLimit?> RateLimit = Define(
        "rate-limit", "N/TIME|off", "20/10s", "MSG accepted per user in any such time", Rate, isReloadable: true);

    public static readonly SettingDefinition<int> MaxPending = Define(
        "max-pending", "N|off", "1000", "Messages of one user that wait for another one who is not connected",
        NumberOr("off", static () => int.MaxValue, 1, MostPending), isReloadable: true);

    public static readonly SettingDefinition<ReadingLimit?> ReadingLimit = Define(
        "reading-limit", "N/TIME|off", "15000/1m", "Lines that one user may read by HISTORY and LIST: N at once, then one more in each Nth "
            + "part of TIME; whoever asks for more waits. Each of these commands and each line of names counts as ten, PING and what is "
            + "refused as one",
        Reading, isReloadable: true);

    public static readonly SettingDefinition<int> PasswordIterations = Define(
        "password-iterations", "N", "600000", "PBKDF2-HMAC-SHA256 iterations of new password hashes, 1000 to 100000000",
        Number(1_000, 100_000_000));

    public static readonly SettingDefinition<Durability> Durability = Define(
        "durability", "full|normal", "full", "full: acknowledged messages survive power loss; normal: kill -9 only", Word<Durability>);

    public static readonly SettingDefinition<TimeSpan?> Retention = Define(
        "retention", "TIME|off", "off", "How old a message may become, such as 12h, 90d; older ones are removed for good, also those that "
            + "nobody fetched; at least 1h",
        AgeOrOff, isReloadable: true);

    public static readonly SettingDefinition<long?> LowDisk = Define(
        "low-disk", "SIZE|auto", "auto", "Free room on the database's disk below which the log warns and nobody can register, such as "
            + "512MiB, 5GiB; auto: 1GiB, on disks below 10GiB a tenth",
        SizeOrAuto, isReloadable: true);

    public static readonly SettingDefinition<PresenceMode> Presence = Define(
        "presence", "all|contacts|off", "all",
        "Who may know that a user is online; contacts: where both have written", Word<PresenceMode>, isReloadable: true);

    public static readonly SettingDefinition<RegistrationMode> Registration = Define(
        "registration", "open|closed", "open", "Whether a login with a new name creates the account",
        Word<RegistrationMode>, isReloadable: true);

    public static readonly SettingDefinition<RegistrationLimit?> RegistrationLimit = Define(
        "registration-limit", "N/TIME|off", "100/1h",
        "Accounts that logins from one address may create: N at once, then one more in each Nth part of TIME; from all "
            + "addresses together ten times as many. Those on this machine do not count",
        Registrations, isReloadable: true);

    public static readonly SettingDefinition<int> MaxConnections = Define(
        "max-connections", "N|auto", "auto", "Connections at one time; auto: what the limit of open files allows",
        NumberOr("auto", OpenFiles.MaxConnections, 1, MostConnections), isReloadable: true);

    public static readonly SettingDefinition<int> MaxConnectionsPerAddress = Define(
        "max-connections-per-address", "N|off", "off", "Connections at one time from one address",
        NumberOr("off", static () => int.MaxValue, 1, MostConnections), isReloadable: true);

    public static readonly SettingDefinition<int?> MaxUnauthenticated = Define(
        "max-unauthenticated", "N|auto", "auto",
        "Of --max-connections, how many may not be logged in, and an address half of them; auto: a quarter, at least 1000",
        NumberOrAuto(1, MostConnections), isReloadable: true);

    public static readonly SettingDefinition<IReadOnlyList<IPNetwork>> CrowdedNetworks = DefineList(
        "crowded-networks", "NETWORKS", "Addresses and networks from which many users come, such as an office, or a proxy that sends no "
            + "PROXY header: one address there may have all of --max-unauthenticated",
        NetworkParser.Parse, isReloadable: true);

    public static readonly SettingDefinition<TimeSpan> AuthTimeout = Define(
        "auth-timeout", "TIME", "10s", "Time from connecting to AUTH, such as 500ms, 10s, 2m", Time, isReloadable: true);

    public static readonly SettingDefinition<FailureLimit> FailedLogins = Define(
        "failed-logins", "N/TIME", "10/10m",
        "Failed logins at one name from one address: N at once, then one more in each Nth part of TIME", Failures, isReloadable: true);

    public static readonly SettingDefinition<FailureLimit> FailedLoginsPerName = Define(
        "failed-logins-per-name", "N/TIME", "1000/10m",
        "The same at one name from all addresses together from which it has not logged in before", Failures, isReloadable: true);

    public static readonly SettingDefinition<FailureLimit> FailedLoginsPerAddress = Define(
        "failed-logins-per-address", "N/TIME", "50/5m",
        "The same from one address at all names together that have not logged in from there before", Failures, isReloadable: true);

    public static readonly SettingDefinition<int> FailedLoginsPerConnection = Define(
        "failed-logins-per-connection", "N", "6", "Failed logins on one connection, of which the last one closes it", Number(1, 1_000_000),
        isReloadable: true);

    public static readonly SettingDefinition<LogLevel> LogLevel = Define(
        "log-level", "LEVEL", "information", "trace, debug, information, warning, error or critical", Word<LogLevel>, isReloadable: true);

    public static readonly SettingDefinition<LogFormat> LogFormat = Define(
        "log-format", "text|json", "text", "text: a line for people; json: an object a line", Word<LogFormat>);

    public static readonly SettingDefinition<IPEndPoint?> Http = Define(
        "http", "ADDRESS:PORT|off", "off",
        "Where /metrics, /healthz/live and /healthz/ready are served, such as 127.0.0.1:9090", EndpointOrOff);

    public static readonly SettingDefinition<string?> AdminSocket = Define(
        "admin-socket", "FILE|off", null,
        "Unix socket for internalchat admin, whose path has at most 107 bytes; where not given, beside the database",
        OptionalText);

    public static IReadOnlyList<SettingDefinition> All => Defined;

    private static SettingDefinition<T> Define<T>(
        string name, string placeholder, string? defaultText, string description, Func<SettingText, T> parse, bool isReloadable = false) =>
        Add(new SettingDefinition<T>(name, placeholder, defaultText, description, parse) { IsReloadable = isReloadable });

    private static SettingDefinition<IReadOnlyList<T>> DefineList<T>(
        string name, string placeholder, string description, Func<SettingText, IReadOnlyList<T>> parse, bool isReloadable = false) =>
        Add(new SettingDefinition<IReadOnlyList<T>>(name, placeholder, defaultText: null, description, parse)
        {
            IsList = true,
            IsReloadable = isReloadable,
        });

    private static SettingDefinition<T> Add<T>(SettingDefinition<T> definition)
    {
        Defined.Add(definition);
        return definition;
    }
}
