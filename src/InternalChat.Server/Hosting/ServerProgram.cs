using InternalChat.Engine;
using InternalChat.Server.Network;
using InternalChat.Server.Settings;
using InternalChat.Server.Tls;
using InternalChat.Storage;
using Microsoft.Extensions.Logging.Console;

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
        using var logging = LoggerFactory.Create(builder => Configure(builder, settings.LogLevel));
        return await RunAsync(settings, logging);
    }

    private static async Task<int> RunAsync(ServerSettings settings, ILoggerFactory logging)
    {
        var logger = logging.CreateLogger("InternalChat");
        var network = settings.Network;
        if (network.Tls is not null && !OpenSslBuffers.TryReleaseWhileIdle())
            ServerLog.TlsBuffersKept(logger);
        using var certificate = network.Tls is null ? null : new ServerCertificate(network.Tls, TimeProvider.System, logger);
        using var refused = new RefusedConnections(TimeProvider.System, logger);
        using var database = ChatDatabase.Open(settings.Database, TimeProvider.System, logger);
        await using (var engine = new ChatEngine(database.Log, database.CreateReader, settings.Engine, TimeProvider.System, logger))
        {
            var pipeline = new ListenerPipeline(network, settings.Engine.AuthTimeout, engine, certificate, refused, TimeProvider.System);
            await using var host = ChatHost.Build(settings, engine, pipeline, new ForwardingLoggerProvider(logging));
            await host.StartAsync();
            foreach (var listener in ChatHost.BoundListeners(host, network.Listeners))
                Tell(listener, settings.Database.Path, logger);
            host.Lifetime.ApplicationStopping.Register(() =>
            {
                ServerLog.Stopping(logger, engine.ConnectionCount);
                engine.BeginShutdown();
            });
            await host.WaitForShutdownAsync();
        }

        ServerLog.Stopped(logger);
        return ExitStatus.Success;
    }

    private static void Tell(Listener listener, string database, ILogger logger)
    {
        ServerLog.Listening(logger, listener.Place, listener.Protocol, database);
        if (listener.IsExposed)
            ServerLog.ListeningInPlainText(logger, listener.Place);
    }

    private static void Configure(ILoggingBuilder builder, LogLevel level)
    {
        builder.SetMinimumLevel(level);
        builder.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Default;
        });
    }
}
