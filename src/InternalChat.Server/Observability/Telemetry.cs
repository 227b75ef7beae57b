using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using InternalChat.Server.Hosting;
using InternalChat.Server.Logging;
using InternalChat.Server.Network;
using InternalChat.Server.Settings.Parsing;
using OpenTelemetry.Metrics;

namespace InternalChat.Server.Observability;

/// <summary>
/// By what the server is watched: its instruments, its readiness, and those who come for them. Lives longer than the chat.
/// </summary>
internal sealed class Telemetry : IAsyncDisposable
{
    // A collector that does not answer must not hold up the end.
    private const int LastPushMilliseconds = 1_000;

    private readonly MeterProvider? _export;
    private WebServer? _host;

    private Telemetry(MeterProvider? export)
    {
        _export = export;
        ServerMetrics.AddTo(Meter, Readiness);
    }

    /// <summary>Where every instrument of the server appears.</summary>
    public Meter Meter { get; } = new(ServerMetrics.MeterName);

    public Readiness Readiness { get; } = new();

    /// <summary>Begins: metrics are pushed where the environment says so, and HTTP is answered.</summary>
    /// <param name="http">Where; null for nowhere.</param>
    /// <param name="said">What asks for it.</param>
    /// <param name="logging">Where it reports.</param>
    /// <exception cref="SettingException">What the environment says of a collector is wrong.</exception>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public static async Task<Telemetry> StartAsync(IPEndPoint? http, SettingText said, ILoggerFactory logging)
    {
        var collector = MetricsCollector.FromEnvironment();
        var telemetry = new Telemetry(MetricsExport.Start(forPrometheus: http is not null, collector));
        try
        {
            var logger = logging.CreateLogger("InternalChat");
            if (http is not null)
                await telemetry.ListenAsync(http, said, logging, logger);
            if (collector is not null)
                ServerLog.MetricsPushed(logger, collector.Address);
            return telemetry;
        }
        catch
        {
            await telemetry.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _export?.Shutdown(LastPushMilliseconds);
        _export?.Dispose();
        Meter.Dispose();
    }

    private async Task ListenAsync(IPEndPoint http, SettingText said, ILoggerFactory logging, ILogger logger)
    {
        _host = ObservabilityHost.Build(http, Readiness, _export!, logging);
        try
        {
            await _host.StartAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw ListenFailure.Because(said, http, exception);
        }

        var bound = new IPEndPoint(http.Address, new Uri(_host.Addresses.Single()).Port);
        ServerLog.Observable(logger, bound);
        if (!IPAddress.IsLoopback(http.Address))
            ServerLog.ObservableByOthers(logger, bound);
    }
}
