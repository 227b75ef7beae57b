using System.Reflection;
using InternalChat.Server.Settings;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace InternalChat.Server.Observability;

/// <summary>
/// Collects the instruments for whoever wants them: Prometheus, which asks by HTTP, and a collector of OpenTelemetry, to which they are
/// pushed where the usual variables name one. Where nobody wants them nothing is built, and instruments cost a comparison.
/// </summary>
internal static class MetricsExport
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    // Twice the series of the instrument that has the most; each place takes memory.
    private const int SeriesPerInstrument = 64;

    // What the runtime counts besides tells an operator nothing.
    private static readonly string[] RuntimeInstruments =
    [
        "dotnet.process.cpu.time", "dotnet.process.memory.working_set", "dotnet.gc.collections", "dotnet.gc.pause.time",
        "dotnet.gc.heap.total_allocated", "dotnet.gc.last_collection.heap.size", "dotnet.gc.last_collection.memory.committed_size",
        "dotnet.thread_pool.thread.count", "dotnet.thread_pool.queue.length", "dotnet.monitor.lock_contentions",
    ];

    /// <summary>The collector that the environment names; null where it names none, or turns OpenTelemetry off.</summary>
    /// <exception cref="SettingException">What it names is no address.</exception>
    public static Uri? Collector()
    {
        if (Variable("OTEL_SDK_DISABLED") == "true" || Variable("OTEL_METRICS_EXPORTER") is "none")
            return null;
        var name = Variable(MetricsEndpoint) is null ? Endpoint : MetricsEndpoint;
        if (Variable(name) is not { } text)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var collector) && collector.Scheme is "http" or "https"
            ? collector
            : throw new SettingException($"{name}: '{text}' is not an address such as http://127.0.0.1:4317");
    }

    /// <summary>Begins to collect.</summary>
    /// <param name="forPrometheus">Whether <see cref="ObservabilityHost"/> will ask.</param>
    /// <param name="forCollector">Whether to push to <see cref="Collector"/>.</param>
    /// <returns>Null where neither wants anything.</returns>
    public static MeterProvider? Start(bool forPrometheus, bool forCollector)
    {
        if (!forPrometheus && !forCollector)
            return null;
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Describe)
            .AddMeter(ServerMetrics.MeterName, "System.Runtime")
            .AddView(static instrument => instrument.Meter.Name == ServerMetrics.MeterName || RuntimeInstruments.Contains(instrument.Name)
                ? new MetricStreamConfiguration { CardinalityLimit = SeriesPerInstrument }
                : MetricStreamConfiguration.Drop);
        if (forPrometheus)
        {
            builder.AddPrometheusExporter(static options =>
            {
                options.ScopeInfoEnabled = false;
                // A second scraper, or a person who looks twice, sees the present.
                options.ScrapeResponseCacheDurationMilliseconds = 0;
            });
        }

        if (forCollector)
            builder.AddOtlpExporter();
        return builder.Build();
    }

    /// <summary>The environment's OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.</summary>
    private static void Describe(ResourceBuilder resource) => resource
        .AddService("internalchat", serviceVersion: Assembly.GetExecutingAssembly().GetName().Version!.ToString(3))
        .AddEnvironmentVariableDetector();

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;
}
