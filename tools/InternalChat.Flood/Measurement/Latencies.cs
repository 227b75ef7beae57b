using System.Diagnostics;

namespace InternalChat.Flood.Measurement;

/// <summary>What a latency is the time of. <see cref="LatencyKinds"/> has their names in reports.</summary>
internal enum LatencyKind
{
    /// <summary>MSG to its OK queued.</summary>
    Queued,

    /// <summary>MSG to its DELIVERED, where the recipient was reading.</summary>
    Delivered,

    /// <summary>MSG at the sender to FROM at the recipient.</summary>
    FromEndToEnd,

    /// <summary>READ to its OK read.</summary>
    Read,

    /// <summary>PING to PONG.</summary>
    Pong,

    /// <summary>HISTORY to the last of its lines.</summary>
    History,

    /// <summary>LIST to the PONG of a PING behind it.</summary>
    List,

    /// <summary>AUTH to its OK.</summary>
    Login,

    /// <summary>QUIT to its OK.</summary>
    Quit,

    /// <summary>The first byte of the TLS handshake to its end.</summary>
    TlsHandshake,

    /// <summary>The first packet to an open TCP connection.</summary>
    Connect,

    /// <summary>A client's login or end to the INFO at a watcher.</summary>
    Presence,
}

/// <summary>The names of latencies, which programs that read reports rely on, and the words for people.</summary>
internal static class LatencyKinds
{
    private static readonly (string Name, string Label)[] Words =
    [
        ("queued", "OK queued"),
        ("delivered", "DELIVERED"),
        ("from_end_to_end", "FROM end to end"),
        ("read", "OK read"),
        ("pong", "PONG"),
        ("history", "HISTORY"),
        ("list", "LIST"),
        ("login", "login"),
        ("quit", "QUIT"),
        ("tls_handshake", "TLS handshake"),
        ("connect", "connect"),
        ("presence", "presence"),
    ];

    internal static IReadOnlyList<LatencyKind> All { get; } = Enum.GetValues<LatencyKind>();

    internal static string Name(LatencyKind kind) => Words[(int)kind].Name;

    internal static string Label(LatencyKind kind) => Words[(int)kind].Label;

    /// <summary>For a name of one.</summary>
    internal static string Label(string name) => Words.First(words => words.Name == name).Label;
}

/// <summary>The latencies of a run, by kind. Any thread.</summary>
/// <param name="clock">Knows the stages.</param>
internal sealed class RunLatencies(RunClock clock)
{
    private readonly LatencyHistogram?[] _histograms = new LatencyHistogram?[LatencyKinds.All.Count];
    private readonly Lock _gate = new();

    /// <summary>For one connection, where there are many records.</summary>
    internal LatencyRecorder Recorder(LatencyKind kind) => new(Of(kind));

    /// <summary>One latency, where there are few. See <see cref="LatencyRecorder.Record"/>.</summary>
    internal void Record(LatencyKind kind, long sentAt, long intendedAt, long now) =>
        Of(kind).Add([new LatencySample(new SendTimes(sentAt, intendedAt), now)]);

    /// <summary>The corrected latencies of each kind since this was last asked; kinds without any are left out.</summary>
    internal IReadOnlyDictionary<string, LatencySummary> TakeSinceAsked() => Used()
        .Select(used => (used.Kind, Summary: used.Histogram.TakeSinceAsked()))
        .Where(used => used.Summary.Count > 0)
        .ToDictionary(used => LatencyKinds.Name(used.Kind), used => used.Summary);

    /// <summary>The kinds that are in use, in the order of <see cref="LatencyKind"/>.</summary>
    internal IReadOnlyList<(LatencyKind Kind, LatencyHistogram Histogram)> Used()
    {
        lock (_gate)
            return [.. LatencyKinds.All.Where(kind => _histograms[(int)kind] is not null).Select(kind => (kind, _histograms[(int)kind]!))];
    }

    private LatencyHistogram Of(LatencyKind kind)
    {
        lock (_gate)
            return _histograms[(int)kind] ??= new LatencyHistogram(clock);
    }
}

/// <summary>
/// One connection's way into a <see cref="LatencyHistogram"/>. One thread. What is recorded is in the histogram at the latest with the
/// first record that comes a tenth of a second later, or with <see cref="Flush"/>.
/// </summary>
/// <param name="histogram">Shared by all connections.</param>
internal sealed class LatencyRecorder(LatencyHistogram histogram)
{
    private const int BatchSize = 64;
    private static readonly long LongestWait = Stopwatch.Frequency / 10;

    // Made when first needed: of many thousand idle connections most never record.
    private LatencySample[]? _samples;
    private int _count;
    private long _lastFlush;

    /// <summary>All in Stopwatch ticks.</summary>
    /// <param name="sentAt">When the command was sent.</param>
    /// <param name="intendedAt">When it was due; <paramref name="sentAt"/> in a closed loop.</param>
    /// <param name="now">When it was answered.</param>
    internal void Record(long sentAt, long intendedAt, long now)
    {
        _samples ??= new LatencySample[BatchSize];
        _samples[_count++] = new LatencySample(new SendTimes(sentAt, intendedAt), now);
        if (_count < BatchSize && now - _lastFlush < LongestWait)
            return;
        _lastFlush = now;
        Flush();
    }

    internal void Flush()
    {
        histogram.Add(_samples.AsSpan(0, _count));
        _count = 0;
    }
}
