using InternalChat.Engine;
using InternalChat.Server.Administration;
using InternalChat.Server.CommandLine;
using InternalChat.Server.Hosting;
using InternalChat.Server.Logging;
using InternalChat.Server.Network;
using InternalChat.Server.Network.Bans;
using InternalChat.Server.Observability;
using InternalChat.Server.Runtime;
using InternalChat.Server.Settings;
using InternalChat.Server.Settings.Parsing;
using InternalChat.Server.Systemd;
using InternalChat.Server.Tls;
using InternalChat.Server.Tuning;
using InternalChat.Storage.Diagnostics;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Server;

/// <summary>Start, run, stop: the parts are put together in here and nowhere else.</summary>
internal static class ServerProgram
{
    /// <summary>Runs the server until it is told to stop.</summary>
    /// <param name="commandLine">What the command line says of the settings.</param>
    /// <param name="time">Where all time comes from.</param>
    /// <returns>The program's exit status.</returns>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    /// <exception cref="DatabaseException">The database is refused.</exception>
    /// <exception cref="IOException">A place cannot be listened on.</exception>
    public static async Task<int> RunAsync(CommandLineSettings commandLine, TimeProvider time)
    {
        var values = SettingValues.Collect(commandLine);
        var settings = ServerSettings.Read(values);
        var level = new LogLevelSwitch(settings.LogLevel);
        OpenSsl.Demand();
        using var console = new ConsoleLogging(settings.LogFormat, level);
        var logger = console.Loggers.CreateLogger("InternalChat").WithoutFailures();
        using var end = new ProcessEnd(console, logger);
        using var signals = ServerSignals.Take(time, logger);
        foreach (var warning in values.Warnings)
            ServerLog.StrangeEnvironment(logger, warning);
        var maxConnections = values[SettingDefinitions.MaxConnections].Text;
        OpenFiles.WarnIfFew(
            settings.Engine.Live.MaxConnections, isChosen: maxConnections != SettingDefinitions.MaxConnections.Default, logger);
        using var bound = BoundListeners.Bind(settings.Network);
        AdministrationStartup.Try(settings, values[SettingDefinitions.AdminSocket]);
        await using var telemetry = await Telemetry.StartAsync(settings.Http, values[SettingDefinitions.Http], console.Loggers);
        ServerMetrics.AddTo(telemetry.Meter, console);
        var reload = new SettingsReload(commandLine, values, logger);
        reload.AddOwner(changed => level.Level = changed.LogLevel);
        return await RunAsync(settings, bound, signals, end, level, reload, telemetry, console.Loggers, logger, time);
    }

    private static async Task<int> RunAsync(
        ServerSettings settings, BoundListeners bound, ServerSignals signals, ProcessEnd end, LogLevelSwitch level, SettingsReload reload,
        Telemetry telemetry, ILoggerFactory logging, ILogger logger, TimeProvider time)
    {
        using var manager = ServiceManager.FromEnvironment();
        var network = settings.Network;
        if (network.Tls is not null && !OpenSslBuffers.TryReleaseWhileIdle())
            ServerLog.TlsBuffersKept(logger);
        using var certificate = network.Tls is null ? null : new ServerCertificate(network.Tls, time, logger);
        if (certificate is not null)
            ServerMetrics.AddTo(telemetry.Meter, certificate);
        using var refused = new RefusedConnections(time, logger);
        ServerMetrics.AddTo(telemetry.Meter, refused);
        using var database = ChatDatabase.Open(settings.Database, time, logger, telemetry.Meter);
        await using (var engine = new ChatEngine(
            database.Writer, database.CreateReader, settings.Engine, time, logger, telemetry.Meter, end.Now))
        {
            if (certificate is not null)
                reload.AddFile(() => RenewCertificate(certificate, network.Tls!));
            reload.AddOwner(changed => engine.LiveOptions = changed.Engine.Live);
            reload.AddOwner(changed =>
                (database.Retention, database.LowDiskBytes) = (changed.Database.Retention, changed.Database.LowDiskBytes));
            using var bans = new BannedNetworks(
                new BanFile(BanFile.PathFor(settings.Database.Path)), network.Proxies, engine.Sessions.CloseFrom, time, logger);
            reload.AddOwner(changed => bans.Trust(changed.Network.Proxies));
            var pipeline = new ListenerPipeline(
                network, settings.Engine.Live.AuthTimeout, engine, certificate, bans, refused, time);
            await using var host = ChatHost.Build(network, bound, engine, pipeline, logging);
            await using var administration =
                await new AdministrationStartup(settings, database, engine, bans, telemetry, level, Reload, logging).StartAsync(host);
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
            using var watchdog = new Watchdog(manager, engine, time, logger);
            using var collection = IdleGarbageCollection.Start(engine, time, logger);
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
