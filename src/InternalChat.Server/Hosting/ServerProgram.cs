using InternalChat.Engine;
using InternalChat.Server.Administration.Hosting;
using InternalChat.Server.Logging;
using InternalChat.Server.Network;
using InternalChat.Server.Observability;
using InternalChat.Server.Settings;
using InternalChat.Server.Systemd;
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
    /// <exception cref="IOException">A place cannot be listened on.</exception>
    public static async Task<int> RunAsync(CommandLineSettings commandLine)
    {
        var values = SettingValues.Collect(commandLine);
        var settings = ServerSettings.Read(values);
        var level = new LogLevelSwitch(settings.LogLevel);
        OpenSsl.Demand();
        AppDomain.CurrentDomain.UnhandledException += static (_, _) => ProcessEnd.Demand();
        using var console = new ConsoleLogging(settings.LogFormat, level);
        var logging = console.Loggers;
        var logger = logging.CreateLogger("InternalChat");
        using var signals = ServerSignals.Take(TimeProvider.System, logger);
        foreach (var warning in values.Warnings)
            ServerLog.StrangeEnvironment(logger, warning);
        var maxConnections = values[SettingDefinitions.MaxConnections].Text;
        OpenFiles.WarnIfFew(
            settings.Engine.Live.MaxConnections, isChosen: maxConnections != SettingDefinitions.MaxConnections.Default, logger);
        using var bound = BoundListeners.Bind(settings.Network);
        AdministrationStartup.Try(settings, values[SettingDefinitions.AdminSocket]);
        await using var telemetry = await Telemetry.StartAsync(settings.Http, values[SettingDefinitions.Http], logging);
        ServerMetrics.AddTo(telemetry.Meter, console);
        var reload = new SettingsReload(commandLine, values, logger);
        reload.AddOwner(changed => level.Level = changed.LogLevel);
        return await RunAsync(settings, bound, signals, level, reload, telemetry, logging);
    }

    private static async Task<int> RunAsync(
        ServerSettings settings, BoundListeners bound, ServerSignals signals, LogLevelSwitch level, SettingsReload reload,
        Telemetry telemetry, ILoggerFactory logging)
    {
        var logger = logging.CreateLogger("InternalChat");
        using var manager = ServiceManager.FromEnvironment();
        var network = settings.Network;
        if (network.Tls is not null && !OpenSslBuffers.TryReleaseWhileIdle())
            ServerLog.TlsBuffersKept(logger);
        using var certificate = network.Tls is null ? null : new ServerCertificate(network.Tls, TimeProvider.System, logger);
        if (certificate is not null)
            ServerMetrics.AddTo(telemetry.Meter, certificate);
        using var refused = new RefusedConnections(TimeProvider.System, logger);
        ServerMetrics.AddTo(telemetry.Meter, refused);
        using var database = ChatDatabase.Open(settings.Database, TimeProvider.System, logger, telemetry.Meter);
        await using (var engine = new ChatEngine(
            database.Log, database.Accounts, database.CreateReader, settings.Engine, TimeProvider.System, logger, telemetry.Meter))
        {
            if (certificate is not null)
                reload.AddFile(() => RenewCertificate(certificate, network.Tls!));
            reload.AddOwner(changed => engine.LiveOptions = changed.Engine.Live);
            reload.AddOwner(changed =>
                (database.Retention, database.LowDiskBytes) = (changed.Database.Retention, changed.Database.LowDiskBytes));
            var pipeline = new ListenerPipeline(
                network, settings.Engine.Live.AuthTimeout, engine, certificate, refused, TimeProvider.System);
            await using var host = ChatHost.Build(network, bound, engine, pipeline, logging);
            await using var administration =
                await new AdministrationStartup(settings, database, engine, telemetry, level, Reload, logging).StartAsync(host);
            await host.StartAsync();
            telemetry.Readiness.Started(database, engine);
            foreach (var listener in ChatHost.BoundListeners(host, network.Listeners))
                Tell(listener, settings.Database.Path, logger);
            host.Lifetime.ApplicationStopping.Register(() =>
            {
                manager.Stopping();
                telemetry.Readiness.Draining();
                ServerLog.Stopping(logger, engine.ConnectionCount);
                engine.BeginShutdown();
            });
            using var watchdog = new Watchdog(manager, engine, TimeProvider.System);
            using var collection = QuietCollection.Start(engine, TimeProvider.System);
            signals.ReloadBy(() => Reload());
            signals.EndBy(host.Lifetime.StopApplication);
            manager.Ready("accepting connections");
            await host.WaitForShutdownAsync();
        }

        ServerLog.Stopped(logger);
        return ExitStatus.Success;

        ReloadOutcome Reload()
        {
            manager.Reloading();
            var outcome = reload.Apply();
            manager.Reloaded();
            return outcome;
        }
    }

    private static void Tell(Listener listener, string database, ILogger logger)
    {
        ServerLog.Listening(logger, listener.Place, listener.Protocol, database);
        if (listener.IsExposed)
            ServerLog.ListeningInPlainText(logger, listener.Place);
    }

    private static SettingChange? RenewCertificate(ServerCertificate certificate, TlsSettings settings)
    {
        var before = certificate.Description;
        return certificate.Reload() ? new SettingChange("certificate", before, certificate.Description, settings.CertificateFile) : null;
    }
}
