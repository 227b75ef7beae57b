using System.Diagnostics;
using System.Diagnostics.Metrics;
using InternalChat.Server.Logging;
using InternalChat.Server.Network;
using InternalChat.Server.Runtime;
using InternalChat.Server.Tls;

namespace InternalChat.Server.Observability;

/// <summary>
/// What the program shows beside the engine and storage: readiness, the certificate, and what the runtime does not tell of the process.
/// </summary>
internal static class ServerMetrics
{
    /// <summary>The meter of every instrument of ours.</summary>
    public const string MeterName = "InternalChat";

    /// <summary>Adds the instruments; they answer as long as the meter lives.</summary>
    public static void AddTo(Meter meter, Readiness readiness)
    {
        var started = Stopwatch.GetTimestamp();
        var openFileLimit = OpenFiles.Limit();
        meter.CreateObservableGauge(
            "internalchat.ready", () => readiness.Obstacle is null ? 1 : 0, unit: null, "1 where /healthz/ready says so, otherwise 0.");
        meter.CreateObservableGauge(
            "process.uptime", () => Stopwatch.GetElapsedTime(started).TotalSeconds, "s", "Time since the server was started.");
        meter.CreateObservableUpDownCounter(
            "internalchat.thread_pool.queue.length", static () => ThreadPool.PendingWorkItemCount, "{work_item}",
            "Work that waits for a thread of the runtime's pool.");
        meter.CreateObservableUpDownCounter(
            "process.thread.count", static () => Known(ThisProcess.CountThreads()), "{thread}",
            "Threads of the process, of the runtime and of the system.");
        meter.CreateObservableUpDownCounter(
            "process.unix.file_descriptor.count", static () => Known(OpenFiles.Count()), "{file_descriptor}",
            "Files and sockets that the process has open.");
        meter.CreateObservableUpDownCounter(
            "process.unix.file_descriptor.limit", () => Known(openFileLimit), "{file_descriptor}",
            "Files and sockets that the process may have open.");
    }

    /// <summary>Adds what a server with TLS shows.</summary>
    public static void AddTo(Meter meter, ServerCertificate certificate) => meter.CreateObservableGauge(
        "internalchat.tls.certificate.remaining", () => (certificate.ExpiresAt - TimeProvider.System.GetUtcNow()).TotalSeconds, "s",
        "Time until the certificate that new connections get expires; negative after that.");

    /// <summary>Adds what became of connections that the engine never knew.</summary>
    public static void AddTo(Meter meter, RefusedConnections refused) => meter.CreateObservableCounter(
        "internalchat.connection.refused",
        () => Enum.GetValues<Refusal>().Select(reason => new Measurement<long>(
            refused.Count(reason), new KeyValuePair<string, object?>("reason", Label(reason)))),
        "{connection}", "Connections that were closed before their first command could be read, by reason.");

    /// <summary>Adds what became of the log.</summary>
    public static void AddTo(Meter meter, ConsoleLogging log) => meter.CreateObservableCounter(
        "internalchat.log.dropped", () => log.Dropped, "{line}", "Lines of the log that were dropped or could not be written.");

    private static string Label(Refusal reason) => reason switch
    {
        Refusal.NoRoom => "no_room",
        Refusal.MadeRoom => "made_room",
        Refusal.Banned => "banned",
        Refusal.NotFromProxy => "not_from_proxy",
        Refusal.NoProxyHeader => "no_proxy_header",
        Refusal.SaidNothing => "said_nothing",
        _ => "no_tls",
    };

    private static Measurement<int>[] Known(int? value) => value is { } known ? [new Measurement<int>(known)] : [];
}
