using InternalChat.Protocol;

namespace InternalChat.Engine;

/// <summary>Who hears of users coming and going.</summary>
public enum PresenceMode
{
    /// <summary>Everybody who is online, as in the original.</summary>
    All,

    /// <summary>Those who have exchanged a message with the user.</summary>
    Contacts,

    /// <summary>Nobody.</summary>
    Off,
}

/// <summary>Messages that one user may send in any window of time.</summary>
/// <param name="Messages">Accepted messages in any window; 1 to 10,000.</param>
/// <param name="Window">Length of the window; 1 ms to 1 day.</param>
public sealed record RateLimit(int Messages, TimeSpan Window);

/// <summary>
/// Everything about the engine that can be set, with its unit and the reason for its default. What the wire protocol fixes is in
/// <see cref="WireLimits"/> instead.
/// </summary>
public sealed record EngineOptions
{
    /// <summary>MSG rate per user, exact over a sliding window; null for no limit. The contract's default is 20 in any 10 s.</summary>
    public RateLimit? RateLimit { get; init; } = new(20, TimeSpan.FromSeconds(10));

    /// <summary>Who hears of users coming and going.</summary>
    public PresenceMode Presence { get; init; } = PresenceMode.All;

    /// <summary>
    /// How long presence changes are collected before they are sent, so that a mass login costs each session one write per window
    /// and a short drop of a connection is not announced at all. 0 sends at once.
    /// </summary>
    public TimeSpan PresenceWindow { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a login with a new name creates the account.</summary>
    public bool RegistrationOpen { get; init; } = true;

    /// <summary>PBKDF2-HMAC-SHA256 iterations of new hashes; 600,000 is OWASP's figure for 2023 and later.</summary>
    public int PasswordIterations { get; init; } = 600_000;

    /// <summary>
    /// Logins that may wait for a hashing thread; one more gets BUSY. At 0.2 s a hash on one thread, 256 are 50 s of waiting.
    /// </summary>
    public int MaxWaitingLogins { get; init; } = 256;

    /// <summary>Failed logins for one name within a minute, before that name is throttled for the rest of it.</summary>
    public int MaxFailedLoginsPerName { get; init; } = 10;

    /// <summary>
    /// Failed logins from one address within a minute, before that address is throttled for the rest of it. An IPv6 network of 64 bits
    /// counts as one address.
    /// </summary>
    public int MaxFailedLoginsPerAddress { get; init; } = 50;

    /// <summary>Time that a connection has for its AUTH, from accept.</summary>
    public TimeSpan AuthTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections at one time; one more gets SERVER_FULL.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>
    /// Connections at one time from one address, where an IPv6 network of 64 bits counts as one; one more gets SERVER_FULL. Off by
    /// default: an office or a proxy is one address. Peers without an address, as those of a Unix socket, are not counted.
    /// </summary>
    public int MaxConnectionsPerAddress { get; init; } = int.MaxValue;

    /// <summary>A peer that has not answered TCP for so long, while it should have, is gone; keeps names from being held by ghosts.</summary>
    public TimeSpan VanishedPeerTimeout { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>Longest time that a closing connection gets to take the bytes that are still owed to it.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Operations that may wait for the writer. When it is full, connections are no longer read; 8,192 are about eight batches,
    /// enough that the writer never idles and little enough to bound memory (4 KiB of body each).
    /// </summary>
    public int QueueCapacity { get; init; } = 8_192;

    /// <summary>Operations of one connection that may be with the writer, so that one flooding peer cannot fill the queue alone.</summary>
    public int MaxInFlightPerConnection { get; init; } = 256;

    /// <summary>
    /// Receipts and presence, in bytes, that may wait for a peer that does not read. Presence is dropped at half of it; past it the
    /// connection is closed with SLOW_CONSUMER. Messages never wait here, they are in the log.
    /// </summary>
    public int MaxWaitingBytes { get; init; } = 256 * 1024;

    /// <summary>Threads that read the log for HISTORY, LIST and catch-up, each with a connection of its own.</summary>
    public int ReaderThreads { get; init; } = 2;
}
