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
