using System.Net;
using InternalChat.Engine;
using InternalChat.Server.Logging;
using InternalChat.Storage;

namespace InternalChat.Server.Settings;

/// <summary>What the operator wants, checked.</summary>
internal sealed record ServerSettings(
    IPEndPoint Endpoint, DatabaseOptions Database, EngineOptions Engine, TlsFiles? Tls, LogLevel LogLevel,
    LogFormat LogFormat, IPEndPoint? Http)
{
    /// <exception cref="SettingException">A value is wrong.</exception>
    public static ServerSettings Read(SettingValues values)
    {
        var engine = new EngineOptions
        {
            PasswordIterations = values.Read(SettingDefinitions.PasswordIterations),
            Live = new LiveOptions
            {
                RateLimit = values.Read(SettingDefinitions.RateLimit),
                Presence = values.Read(SettingDefinitions.Presence),
                RegistrationOpen = values.Read(SettingDefinitions.Registration) == RegistrationMode.Open,
                MaxConnections = values.Read(SettingDefinitions.MaxConnections),
                MaxConnectionsPerAddress = values.Read(SettingDefinitions.MaxConnectionsPerAddress),
                AuthTimeout = values.Read(SettingDefinitions.AuthTimeout),
            },
        };
        var database = new DatabaseOptions
        {
            Path = values.Read(SettingDefinitions.DbPath),
            Durability = values.Read(SettingDefinitions.Durability),
            Readers = engine.ReaderThreads,
        };
        return new ServerSettings(
            new IPEndPoint(values.Read(SettingDefinitions.Host), values.Read(SettingDefinitions.Port)),
            database,
            engine,
            Certificates(values.Read(SettingDefinitions.TlsCert), values.Read(SettingDefinitions.TlsKey)),
            values.Read(SettingDefinitions.LogLevel),
            values.Read(SettingDefinitions.LogFormat),
            values.Read(SettingDefinitions.Http));
    }

    private static TlsFiles? Certificates(string? certificate, string? key)
    {
        if (certificate is null && key is null)
            return null;
        if (certificate is null || key is null)
            throw new SettingException("--tls-cert and --tls-key go together: one of them is missing");
        return new TlsFiles(certificate, key);
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
