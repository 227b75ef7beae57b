using System.Net;
using InternalChat.Engine;
using InternalChat.Server.Logging;
using InternalChat.Storage;

namespace InternalChat.Server.Settings;

/// <summary>What the operator wants, checked.</summary>
internal sealed record ServerSettings(
    NetworkSettings Network, DatabaseOptions Database, EngineOptions Engine, LogLevel LogLevel, LogFormat LogFormat, IPEndPoint? Http,
    string? AdminSocket)
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
            Retention = values.Read(SettingDefinitions.Retention),
            LowDiskBytes = values.Read(SettingDefinitions.LowDisk),
            Readers = engine.ReaderThreads,
        };
        return new ServerSettings(
            NetworkSettings.Read(values),
            database,
            engine,
            values.Read(SettingDefinitions.LogLevel),
            values.Read(SettingDefinitions.LogFormat),
            values.Read(SettingDefinitions.Http),
            values.Read(SettingDefinitions.AdminSocket));
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
