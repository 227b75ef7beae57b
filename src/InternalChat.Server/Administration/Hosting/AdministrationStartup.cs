using InternalChat.Engine;
using InternalChat.Server.Observability;
using InternalChat.Server.Settings;
using Microsoft.AspNetCore.Hosting.Server;

namespace InternalChat.Server.Administration.Hosting;

/// <summary>Puts administration together, where the operator wants it.</summary>
internal static class AdministrationStartup
{
    /// <summary>Starts to answer.</summary>
    /// <param name="settings">Where, and which database is administered.</param>
    /// <param name="engine">What is administered.</param>
    /// <param name="chat">The host of chat's endpoints, which a drain closes.</param>
    /// <param name="telemetry">What is watched, and whether new connections should come here.</param>
    /// <param name="logging">Where trouble goes.</param>
    /// <returns>Null where there is none: it is off, or the path beside the database is too long.</returns>
    /// <exception cref="SettingException">The path that the operator names is too long.</exception>
    /// <exception cref="IOException">The socket cannot be made.</exception>
    public static async Task<AdministrationHost?> StartAsync(ServerSettings settings, ChatEngine engine, IHost chat, Telemetry telemetry, ILoggerFactory logging)
    {
        var logger = logging.CreateLogger("InternalChat");
        if (AdministrationSocket.PathFor(settings.AdminSocket, settings.Database.Path) is not { } path)
            return null;
        if (AdministrationSocket.IsTooLong(path))
        {
            var reason = AdministrationSocket.TooLongReason(path);
            if (settings.AdminSocket is not null)
                throw new SettingException($"--admin-socket: {reason}");
            AdministrationLog.NoSocket(logger, reason);
            return null;
        }

        var audit = new AdministrationAudit(logger);
        var drain = new ServerDrain(
            engine, chat.Services.GetRequiredService<IServer>(), chat.Services.GetRequiredService<IHostApplicationLifetime>(), telemetry.Readiness, logger);
        var routes = new AdministrationRoutes(
            new SessionRoutes(engine.Sessions, audit),
            new UserRoutes(engine.Accounts, audit),
            new ServerRoutes(engine, settings.Engine, settings.Database.Path, drain, audit),
            new TopRoute(engine, settings.Engine, telemetry.Meter, TimeProvider.System));
        var host = await AdministrationHost.StartAsync(path, routes, logging);
        AdministrationLog.Listening(logger, path);
        return host;
    }
}
