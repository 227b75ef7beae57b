using System.Net;
using InternalChat.Engine.Threads;
using InternalChat.Server.Logging;

namespace InternalChat.Server.Network;

/// <summary>Why a connection never came to the engine.</summary>
internal enum Refusal
{
    /// <summary>As many connections are open as may be, and a few more are being set up to be told so.</summary>
    NoRoom,

    /// <summary>It was being set up, and its place went to another connection.</summary>
    MadeRoom,

    /// <summary>The operator has banned its network.</summary>
    Banned,

    /// <summary>It came to a listener for proxies from an address that is none of theirs.</summary>
    NotFromProxy,

    /// <summary>A proxy's connection did not begin with a PROXY header in time.</summary>
    NoProxyHeader,

    /// <summary>
    /// The TLS handshake failed: no TLS, no version or cipher in common, no certificate that is accepted, or no end in time.
    /// </summary>
    NoTls,

    /// <summary>
    /// It ended, or its time did, before the peer had sent anything, but for the PROXY header: so do those who only look whether the port
    /// is open, such as the health checks of proxies. Nobody is told of them.
    /// </summary>
    SaidNothing,
}

/// <summary>
/// Counts the connections that were refused before the engine knew them. Whoever scans the port must not fill the disk: one line a
/// minute says how many there were, a line for each is for debugging. Thread-safe.
/// </summary>
internal sealed class RefusedConnections : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly Refusal[] All = Enum.GetValues<Refusal>();

    private readonly long[] _counts = new long[All.Length];
    private readonly long[] _told = new long[All.Length];
    private readonly ILogger _logger;
    private readonly RepeatingTimer _timer;

    public RefusedConnections(TimeProvider time, ILogger logger)
    {
        _logger = logger;
        _timer = new RepeatingTimer(time, static () => Interval, Tell, "The count of refused connections", logger);
    }

    /// <summary>How many there were since the start.</summary>
    public long Count(Refusal reason) => Interlocked.Read(ref _counts[(int)reason]);

    public void Add(Refusal reason, EndPoint? peer)
    {
        Interlocked.Increment(ref _counts[(int)reason]);
        if (_logger.IsEnabled(LogLevel.Debug))
            ServerLog.ConnectionRefused(_logger, peer, reason.ToString());
    }

    public void Dispose() => _timer.Dispose();

    private void Tell()
    {
        var news = All.Where(static reason => reason != Refusal.SaidNothing)
            .Select(reason => (Reason: reason, Count: TakeNew(reason)))
            .Where(static entry => entry.Count > 0)
            .ToList();
        if (news.Count > 0)
            ServerLog.ConnectionsRefused(
                _logger, string.Join(", ", news.Select(static entry => $"{entry.Count} {Describe(entry.Reason)}")));
    }

    private long TakeNew(Refusal reason)
    {
        var count = Count(reason);
        var news = count - _told[(int)reason];
        _told[(int)reason] = count;
        return news;
    }

    private static string Describe(Refusal reason) => reason switch
    {
        Refusal.NoRoom => "for want of room",
        Refusal.MadeRoom => "to make room",
        Refusal.Banned => "from banned networks",
        Refusal.NotFromProxy => "not from an allowed proxy",
        Refusal.NoProxyHeader => "without a PROXY header",
        _ => "by a failed TLS handshake",
    };
}
