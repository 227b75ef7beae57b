using System.Diagnostics.Metrics;
using System.Reflection;
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
    // Twice the series of the instrument that has the most; each place takes memory.
    private const int SeriesPerInstrument = 64;

    // Seconds, of every duration: from an fsync of a fast disk to a disk that does not answer.
    private static readonly double[] DurationBuckets =
        [0.000_05, 0.000_1, 0.000_2, 0.000_3, 0.000_5, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

    // What the runtime shows besides tells an operator nothing, or shows a state as a count.
    private static readonly string[] RuntimeInstruments =
    [
        "dotnet.process.cpu.time", "dotnet.process.memory.working_set", "dotnet.gc.collections", "dotnet.gc.pause.time",
        "dotnet.gc.heap.total_allocated", "dotnet.gc.last_collection.heap.size", "dotnet.gc.last_collection.memory.committed_size",
        "dotnet.monitor.lock_contentions",
    ];

    /// <summary>Begins to collect.</summary>
    /// <param name="forPrometheus">Whether <see cref="ObservabilityHost"/> will ask.</param>
    /// <param name="collector">To whom to push; null for nobody.</param>
    /// <returns>Null where neither wants anything.</returns>
    public static MeterProvider? Start(bool forPrometheus, MetricsCollector? collector)
    {
        if (!forPrometheus && collector is null)
            return null;
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Describe)
            .AddMeter(ServerMetrics.MeterName, "System.Runtime")
            .AddView(Show);
        if (forPrometheus)
        {
            builder.AddPrometheusExporter(static options =>
            {
                options.ScopeInfoEnabled = false;
                // A second scraper, or a person who looks twice, sees the present.
                options.ScrapeResponseCacheDurationMilliseconds = 0;
            });
        }

        if (collector is not null)
            builder.AddOtlpExporter(collector.Configure);
        return builder.Build();
    }

    private static MetricStreamConfiguration Show(Instrument instrument) => instrument switch
    {
        Histogram<double> { Meter.Name: ServerMetrics.MeterName, Unit: "s" } =>
            new ExplicitBucketHistogramConfiguration { Boundaries = DurationBuckets, CardinalityLimit = SeriesPerInstrument },
        _ when instrument.Meter.Name == ServerMetrics.MeterName || RuntimeInstruments.Contains(instrument.Name) =>
            new MetricStreamConfiguration { CardinalityLimit = SeriesPerInstrument },
        _ => MetricStreamConfiguration.Drop,
    };

    /// <summary>The environment's OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.</summary>
    private static void Describe(ResourceBuilder resource) => resource
        .AddService("internalchat", serviceVersion: Assembly.GetExecutingAssembly().GetName().Version!.ToString(3))
        .AddEnvironmentVariableDetector();
}
