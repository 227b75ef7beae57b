using InternalChat.Engine;
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
        if (settings.Tls is not null && !OpenSslBuffers.TryReleaseWhileIdle())
            ServerLog.TlsBuffersKept(logger);
        using var certificate = settings.Tls is null ? null : new ServerCertificate(settings.Tls, TimeProvider.System, logger);
        using var database = ChatDatabase.Open(settings.Database, TimeProvider.System, logger);
        await using (var engine = new ChatEngine(database.Log, database.CreateReader, settings.Engine, TimeProvider.System, logger))
        {
            await using var host = ChatHost.Build(settings, engine, certificate, new ForwardingLoggerProvider(logging));
            await host.StartAsync();
            ServerLog.Listening(
                logger, ChatHost.BoundEndpoint(host, settings.Endpoint), certificate is null ? "plain" : "TLS", settings.Database.Path);
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
