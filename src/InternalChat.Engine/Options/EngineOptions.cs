using InternalChat.Protocol;
using InternalChat.Protocol.Versions;

namespace InternalChat.Engine.Options;

/// <summary>
/// Everything about the engine that is set once, at its start, with its unit and the reason for its default. What can change while it
/// runs is in <see cref="LiveOptions"/>, what the wire protocol fixes in <see cref="WireLimits"/>.
/// </summary>
public sealed record EngineOptions
{
    /// <summary>What the live options are at the start.</summary>
    public LiveOptions Live { get; init; } = new();

    /// <summary>The formats that a client may choose by HELLO.</summary>
    internal IReadOnlyList<WireFormat> Formats { get; init; } = [WireFormat.Version1];

    /// <summary>
    /// How long presence changes are collected before they are sent, so that a mass login costs each session one write per window
    /// and a short drop of a connection is not announced at all. 0 sends at once.
    /// </summary>
    public TimeSpan PresenceWindow { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>PBKDF2-HMAC-SHA256 iterations of new hashes; 600,000 is OWASP's figure for 2023 and later.</summary>
    public int PasswordIterations { get; init; } = 600_000;

    /// <summary>
    /// Logins that may wait for a hashing thread, half of them from one network; for one more, it or another that makes room gets BUSY.
    /// Half is an office of 500 who all come at once, and at 0.2 s a hash on one thread, it is 100 s of waiting.
    /// </summary>
    public int MaxWaitingLogins { get; init; } = 1_024;

    /// <summary>
    /// A peer that has not answered TCP for so long, while it should have, is gone; keeps names from being held by ghosts.
    /// </summary>
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

    /// <summary>
    /// Threads that read the store for logins, HISTORY, LIST and catch-up, each with a connection of its own. One of them is kept for what
    /// is short, unless there is only one.
    /// </summary>
    public int ReaderThreads { get; init; } = 2;
}
