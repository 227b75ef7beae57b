using System.Net;
using InternalChat.Engine.Options;
using InternalChat.Server.Logging;
using InternalChat.Server.Network;
using InternalChat.Server.Settings.Parsing;
using InternalChat.Storage.Sqlite.Options;

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
                MaxPending = values.Read(SettingDefinitions.MaxPending),
                Retention = values.Read(SettingDefinitions.Retention),
                ReadingLimit = values.Read(SettingDefinitions.ReadingLimit),
                Presence = values.Read(SettingDefinitions.Presence),
                RegistrationOpen = values.Read(SettingDefinitions.Registration) == RegistrationMode.Open,
                RegistrationLimit = values.Read(SettingDefinitions.RegistrationLimit),
                MaxConnections = values.Read(SettingDefinitions.MaxConnections),
                MaxConnectionsPerAddress = values.Read(SettingDefinitions.MaxConnectionsPerAddress),
                MaxUnauthenticated = values.Read(SettingDefinitions.MaxUnauthenticated),
                CrowdedNetworks = values.Read(SettingDefinitions.CrowdedNetworks),
                AuthTimeout = values.Read(SettingDefinitions.AuthTimeout),
                FailedLogins = values.Read(SettingDefinitions.FailedLogins),
                FailedLoginsPerName = values.Read(SettingDefinitions.FailedLoginsPerName),
                FailedLoginsPerAddress = values.Read(SettingDefinitions.FailedLoginsPerAddress),
                FailedLoginsPerConnection = values.Read(SettingDefinitions.FailedLoginsPerConnection),
            },
        };
        var database = new DatabaseOptions
        {
            Path = values.Read(SettingDefinitions.DbPath),
            Durability = values.Read(SettingDefinitions.Durability),
            Retention = engine.Live.Retention,
            LowDiskBytes = values.Read(SettingDefinitions.LowDisk),
            Readers = engine.ReaderThreads,
        };
        var network = NetworkSettings.Read(values);
        var http = values.Read(SettingDefinitions.Http);
        if (http is not null
            && network.Listeners.FirstOrDefault(new Listener(http, UsesTls: false, IsForProxies: false).CollidesWith) is { } chat)
            throw new SettingException($"{values[SettingDefinitions.Http].Source}: chat has the place: {chat}");
        return new ServerSettings(
            network,
            database,
            engine,
            values.Read(SettingDefinitions.LogLevel),
            values.Read(SettingDefinitions.LogFormat),
            http,
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
