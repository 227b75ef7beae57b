using System.Net.Sockets;
using InternalChat.Engine;
using InternalChat.Server.Administration.Bans;
using InternalChat.Server.Administration.Database;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.Administration.Server;
using InternalChat.Server.Administration.Sessions;
using InternalChat.Server.Administration.Top;
using InternalChat.Server.Administration.Users;
using InternalChat.Server.Hosting;
using InternalChat.Server.Logging;
using InternalChat.Server.Network;
using InternalChat.Server.Network.Bans;
using InternalChat.Server.Observability;
using InternalChat.Server.Settings;
using InternalChat.Server.Settings.Parsing;
using InternalChat.Storage.Sqlite;
using Microsoft.AspNetCore.Hosting.Server;

namespace InternalChat.Server.Administration;

/// <summary>Puts administration together, where the operator wants it.</summary>
/// <param name="settings">Where, and of which database.</param>
/// <param name="database">What is exported, and what old messages are removed from.</param>
/// <param name="engine">What is administered.</param>
/// <param name="bans">Who may not connect.</param>
/// <param name="telemetry">What is watched, and whether new connections should come here.</param>
/// <param name="level">The log's.</param>
/// <param name="reload">Reads the settings again.</param>
/// <param name="logging">Where it reports.</param>
internal sealed class AdministrationStartup(
    ServerSettings settings, ChatDatabase database, ChatEngine engine, BannedNetworks bans, Telemetry telemetry,
    LogLevelSwitch level, Func<ReloadOutcome> reload, ILoggerFactory logging)
{
    private readonly ILogger _logger = logging.CreateLogger("InternalChat");

    /// <summary>Tries, before there is a database, whether the socket can be had that the operator names.</summary>
    /// <param name="settings">Which it is.</param>
    /// <param name="said">What names it.</param>
    /// <exception cref="SettingException">Its path is too long.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Try(ServerSettings settings, SettingText said)
    {
        if (settings.AdminSocket is null || AdministrationSocket.PathFor(settings.AdminSocket, settings.Database.Path) is not { } path)
            return;
        if (UnixSocketFile.IsTooLong(path))
            throw new SettingException($"{said.Source}: {AdministrationSocket.TooLongReason(path)}");
        try
        {
            UnixSocketFile.Bind(new UnixDomainSocketEndPoint(path), AdministrationSocket.Mode).Dispose();
        }
        catch (IOException exception)
        {
            throw Failure(said.Source, path, exception);
        }
    }

    /// <summary>Starts to answer.</summary>
    /// <param name="chat">The host of chat's endpoints, which a drain closes.</param>
    /// <returns>Null where there is none: it is off, or the path beside the database is too long.</returns>
    /// <exception cref="IOException">The socket cannot be made.</exception>
    public async Task<AdministrationHost?> StartAsync(WebServer chat)
    {
        if (AdministrationSocket.PathFor(settings.AdminSocket, settings.Database.Path) is not { } path)
            return null;
        if (UnixSocketFile.IsTooLong(path))
        {
            ServerLog.NoAdministration(_logger, AdministrationSocket.TooLongReason(path));
            return null;
        }

        try
        {
            var host = await AdministrationHost.StartAsync(path, Routes(chat), logging);
            ServerLog.AdministrationListening(_logger, path);
            return host;
        }
        catch (IOException exception)
        {
            throw Failure("--admin-socket", path, exception);
        }
    }

    private static IOException Failure(string source, string path, IOException failure) =>
        ListenFailure.Because(new SettingText(path, source), new UnixDomainSocketEndPoint(path), failure);

    private AdministrationRoutes Routes(WebServer chat)
    {
        var drain = new ServerDrain(
            engine,
            chat.Services.GetRequiredService<IServer>(),
            chat.Lifetime,
            telemetry.Readiness,
            _logger);
        return new AdministrationRoutes(
            new SessionRoutes(engine.Sessions),
            new UserRoutes(engine.Accounts, database, TimeProvider.System),
            new ServerRoutes(engine, settings.Engine, settings.Database.Path, drain, reload, level),
            new RetentionRoutes(database),
            new BanRoutes(bans),
            new TopRoute(engine, settings.Engine, telemetry.Meter, TimeProvider.System));
    }
}
