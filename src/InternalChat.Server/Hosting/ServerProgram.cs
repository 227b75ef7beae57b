using InternalChat.Engine;
using InternalChat.Server.Administration.Hosting;
using InternalChat.Server.Logging;
using InternalChat.Server.Observability;
using InternalChat.Server.Settings;
using InternalChat.Server.Tls;
using InternalChat.Storage;

namespace InternalChat.Server.Hosting;

/// <summary>Start, run, stop: the parts are put together in here and nowhere else.</summary>
internal static class ServerProgram
{
    /// <summary>Runs the server until it is told to stop.</summary>
    /// <param name="commandLine">What the command line says of the settings.</param>
    /// <returns>The program's exit status.</returns>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    /// <exception cref="DatabaseException">The database is refused.</exception>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public static async Task<int> RunAsync(CommandLineSettings commandLine)
    {
        var settings = ServerSettings.Read(SettingValues.Collect(commandLine));
        var level = new LogLevelSwitch(settings.LogLevel);
        using var logging = ConsoleLogging.Create(settings.LogFormat, level);
        await using var telemetry = await Telemetry.StartAsync(settings.Http, logging);
        return await RunAsync(settings, telemetry, level, logging);
    }

    private static async Task<int> RunAsync(
        ServerSettings settings, Telemetry telemetry, LogLevelSwitch level, ILoggerFactory logging)
    {
        var logger = logging.CreateLogger("InternalChat");
        if (settings.Tls is not null && !OpenSslBuffers.TryReleaseWhileIdle())
            ServerLog.TlsBuffersKept(logger);
        using var certificate = settings.Tls is null ? null : new ServerCertificate(settings.Tls, TimeProvider.System, logger);
        if (certificate is not null)
            ServerMetrics.AddTo(telemetry.Meter, certificate);
        using var database = ChatDatabase.Open(settings.Database, TimeProvider.System, logger, telemetry.Meter);
        await using (var engine = new ChatEngine(
            database.Log, database.Accounts, database.CreateReader, settings.Engine, TimeProvider.System, logger, telemetry.Meter))
        {
            await using var host = ChatHost.Build(settings, engine, certificate, logging);
            await using var administration =
                await new AdministrationStartup(settings, database, engine, telemetry, level, logging).StartAsync(host);
            await host.StartAsync();
            telemetry.Readiness.Started(database, engine);
            ServerLog.Listening(
                logger, ChatHost.BoundEndpoint(host, settings.Endpoint), certificate is null ? "plain" : "TLS", settings.Database.Path);
            host.Lifetime.ApplicationStopping.Register(() =>
            {
                telemetry.Readiness.Draining();
                ServerLog.Stopping(logger, engine.ConnectionCount);
                engine.BeginShutdown();
            });
            await host.WaitForShutdownAsync();
        }

        ServerLog.Stopped(logger);
        return ExitStatus.Success;
    }
}
