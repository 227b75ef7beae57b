using System.Runtime.InteropServices;
using InternalChat.Engine;
using InternalChat.Server.Logging;
using InternalChat.Server.Observability;
using InternalChat.Server.Settings;
using InternalChat.Server.Systemd;
using InternalChat.Server.Tls;
using InternalChat.Storage;

namespace InternalChat.Server.Hosting;

/// <summary>Start, run, stop: the parts are put together in here and nowhere else.</summary>
internal static class ServerProgram
{
    // What the service manager shows until the watchdog knows more.
    private const string Status = "accepting connections";

    /// <summary>Runs the server until it is told to stop.</summary>
    /// <param name="commandLine">What the command line says of the settings.</param>
    /// <returns>The program's exit status.</returns>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    /// <exception cref="DatabaseException">The database is refused.</exception>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public static async Task<int> RunAsync(CommandLineSettings commandLine)
    {
        var values = SettingValues.Collect(commandLine);
        var settings = ServerSettings.Read(values);
        var level = new LogLevelSwitch(settings.LogLevel);
        using var logging = ConsoleLogging.Create(settings.LogFormat, level);
        await using var telemetry = await Telemetry.StartAsync(settings.Http, logging);
        var reload = new SettingsReload(commandLine, values, logging.CreateLogger("InternalChat"));
        reload.AddOwner(changed => level.Level = changed.LogLevel);
        return await RunAsync(settings, reload, telemetry, logging);
    }

    private static async Task<int> RunAsync(ServerSettings settings, SettingsReload reload, Telemetry telemetry, ILoggerFactory logging)
    {
        var logger = logging.CreateLogger("InternalChat");
        using var manager = ServiceManager.FromEnvironment();
        if (settings.Tls is not null && !OpenSslBuffers.TryReleaseWhileIdle())
            ServerLog.TlsBuffersKept(logger);
        using var certificate = settings.Tls is null ? null : new ServerCertificate(settings.Tls, TimeProvider.System, logger);
        if (certificate is not null)
            ServerMetrics.AddTo(telemetry.Meter, certificate);
        using var database = ChatDatabase.Open(settings.Database, TimeProvider.System, logger, telemetry.Meter);
        await using (var engine = new ChatEngine(
            database.Log, database.CreateReader, settings.Engine, TimeProvider.System, logger, telemetry.Meter))
        {
            if (certificate is not null)
                reload.AddFile(() => RenewCertificate(certificate, settings.Tls!));
            reload.AddOwner(changed => engine.LiveOptions = changed.Engine.Live);
            // Before anybody can know that the server runs: a SIGHUP that nobody handles would end it.
            using var hangUp = OnHangUp(reload, manager);
            await using var host = ChatHost.Build(settings, engine, certificate, logging);
            await host.StartAsync();
            telemetry.Readiness.Started(database, engine);
            ServerLog.Listening(
                logger, ChatHost.BoundEndpoint(host, settings.Endpoint), certificate is null ? "plain" : "TLS", settings.Database.Path);
            host.Lifetime.ApplicationStopping.Register(() =>
            {
                manager.Stopping();
                telemetry.Readiness.Draining();
                ServerLog.Stopping(logger, engine.ConnectionCount);
                engine.BeginShutdown();
            });
            using var watchdog = new Watchdog(manager, engine, TimeProvider.System);
            manager.Ready(Status);
            await host.WaitForShutdownAsync();
        }

        ServerLog.Stopped(logger);
        return ExitStatus.Success;
    }

    private static PosixSignalRegistration OnHangUp(SettingsReload reload, ServiceManager manager) =>
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            // Or it would end the program.
            signal.Cancel = true;
            manager.Reloading();
            reload.Apply();
            manager.Ready(Status);
        });

    private static SettingChange? RenewCertificate(ServerCertificate certificate, TlsFiles files)
    {
        var before = certificate.ExpiresAt;
        return certificate.Reload()
            ? new SettingChange("certificate", $"until {before:yyyy-MM-dd}", $"until {certificate.ExpiresAt:yyyy-MM-dd}", files.Certificate)
            : null;
    }
}
