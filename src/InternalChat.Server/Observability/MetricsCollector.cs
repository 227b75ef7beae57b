using InternalChat.Server.Settings.Parsing;
using OpenTelemetry.Exporter;

namespace InternalChat.Server.Observability;

/// <summary>
/// The collector of OpenTelemetry that the environment names, by OTEL_EXPORTER_OTLP_ENDPOINT and its like. The library reads those
/// variables too, but not the ones for metrics alone (OTEL_EXPORTER_OTLP_METRICS_…), and takes defaults for what it does not understand.
/// </summary>
internal sealed class MetricsCollector
{
    private readonly bool _isForMetrics;
    private readonly OtlpExportProtocol _protocol;
    private readonly string? _headers;

    private MetricsCollector(Uri address, bool isForMetrics, OtlpExportProtocol protocol, string? headers)
    {
        Address = address;
        _isForMetrics = isForMetrics;
        _protocol = protocol;
        _headers = headers;
    }

    public Uri Address { get; }

    /// <summary>Reads the environment.</summary>
    /// <returns>Null where it names none, or turns OpenTelemetry off.</returns>
    /// <exception cref="SettingException">What it names is no address, or no protocol.</exception>
    public static MetricsCollector? FromEnvironment()
    {
        var (endpoint, isForMetrics) = Variable("ENDPOINT");
        if (endpoint.Text is null || Is("OTEL_SDK_DISABLED", "true") || Is("OTEL_METRICS_EXPORTER", "none"))
            return null;
        if (!Uri.TryCreate(endpoint.Text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw endpoint.Wrong("an address such as http://127.0.0.1:4317");
        var (protocol, _) = Variable("PROTOCOL");
        return new MetricsCollector(address, isForMetrics, Protocol(protocol), Variable("HEADERS").Value.Text);
    }

    public void Configure(OtlpExporterOptions options)
    {
        options.Protocol = _protocol;
        options.Headers = _headers;
        // Taken as it is; to the address for everything the library adds its path, if it has read it for itself.
        if (_isForMetrics)
            options.Endpoint = Address;
    }

    private static OtlpExportProtocol Protocol(SettingText text) => text.Text switch
    {
        null or "grpc" => OtlpExportProtocol.Grpc,
        "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
        _ => throw text.Wrong("grpc or http/protobuf"),
    };

    /// <summary>What is said for metrics wins over what is said for everything.</summary>
    private static (SettingText Value, bool IsForMetrics) Variable(string name) =>
        Read("OTEL_EXPORTER_OTLP_METRICS_" + name) is { Text: not null } metrics
            ? (metrics, true)
            : (Read("OTEL_EXPORTER_OTLP_" + name), false);

    private static SettingText Read(string name) =>
        new(Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null, name);

    private static bool Is(string name, string value) => string.Equals(Read(name).Text, value, StringComparison.OrdinalIgnoreCase);
}
