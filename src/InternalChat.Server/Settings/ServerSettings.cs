using System.Net;
using System.Net.Sockets;
using InternalChat.Engine;
using InternalChat.Server.Hosting;
using InternalChat.Storage;

namespace InternalChat.Server.Settings;

/// <summary>What the operator wants, checked.</summary>
internal sealed record ServerSettings(
    IPEndPoint Endpoint, DatabaseOptions Database, EngineOptions Engine, TlsFiles? Tls, LogLevel LogLevel)
{
    private const int MaxConnectionLimit = 10_000_000;

    /// <exception cref="SettingException">A value is wrong.</exception>
    public static ServerSettings Read(SettingValues values)
    {
        var engine = new EngineOptions
        {
            RateLimit = SettingParser.Rate(values[SettingDefinitions.RateLimit]),
            PasswordIterations = SettingParser.Number(values[SettingDefinitions.PasswordIterations], 1_000, 100_000_000),
            Presence = SettingParser.Word<PresenceMode>(values[SettingDefinitions.Presence]),
            RegistrationOpen = SettingParser.Word<RegistrationMode>(values[SettingDefinitions.Registration]) == RegistrationMode.Open,
            MaxConnections = SettingParser.NumberOr(
                values[SettingDefinitions.MaxConnections], "auto", OpenFileLimit.MaxConnections(), 1, MaxConnectionLimit),
            MaxConnectionsPerAddress = SettingParser.NumberOr(
                values[SettingDefinitions.MaxConnectionsPerAddress], "off", int.MaxValue, 1, MaxConnectionLimit),
            AuthTimeout = SettingParser.Time(values[SettingDefinitions.AuthTimeout]),
        };
        var database = new DatabaseOptions
        {
            Path = values[SettingDefinitions.DbPath].Text!,
            Durability = SettingParser.Word<Durability>(values[SettingDefinitions.Durability]),
            Readers = engine.ReaderThreads,
        };
        return new ServerSettings(
            new IPEndPoint(Address(values[SettingDefinitions.Host]), SettingParser.Number(values[SettingDefinitions.Port], 0, 65_535)),
            database,
            engine,
            Certificates(values[SettingDefinitions.TlsCert], values[SettingDefinitions.TlsKey]),
            SettingParser.Word<LogLevel>(values[SettingDefinitions.LogLevel]));
    }

    private static IPAddress Address(SettingValue host)
    {
        if (host.Text == "*")
            return IPAddress.IPv6Any;
        if (IPAddress.TryParse(host.Text, out var address))
            return address;
        try
        {
            return Dns.GetHostAddresses(host.Text ?? "").OrderBy(static found => found.AddressFamily).First();
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException or InvalidOperationException)
        {
            throw host.Wrong("an address or the name of this host");
        }
    }

    private static TlsFiles? Certificates(SettingValue certificate, SettingValue key)
    {
        if (certificate.Text is null && key.Text is null)
            return null;
        if (certificate.Text is null || key.Text is null)
            throw new SettingException("--tls-cert and --tls-key go together: one of them is missing");
        return new TlsFiles(certificate.Text, key.Text);
    }
}

/// <summary>The values of --registration.</summary>
internal enum RegistrationMode
{
    /// <summary>A login with a new name creates the account.</summary>
    Open,

    /// <summary>The operator creates accounts.</summary>
    Closed,
}

/// <summary>The PEM files of the server's certificate.</summary>
internal sealed record TlsFiles(string Certificate, string Key);
