using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Hosting;

/// <summary>
/// Holds the collector off while a crowd comes: it would look at what is young two or three times, and each time everybody waits, 25 to
/// 120 ms, for nearly all of it is in use. What the crowd has left behind <see cref="QuietCollection"/> has collected. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="holdOff">Holds collections off, if they are not held off already; on the thread that took the connection.</param>
internal sealed class CollectionHoldOff(TimeProvider time, Action holdOff)
{
    /// <summary>So many who come within <see cref="CrowdTime"/> are a crowd, and leave some 2 MB.</summary>
    public const int Crowd = 400;

    /// <summary>One core lets 500 in meanwhile.</summary>
    public static readonly TimeSpan CrowdTime = TimeSpan.FromMilliseconds(250);

    private long _came;
    private long _beganAt = time.GetTimestamp();

    /// <summary>Connection middleware: takes note of each connection.</summary>
    public ConnectionDelegate Before(ConnectionDelegate next) => connection =>
    {
        Note();
        return next(connection);
    };

    private void Note()
    {
        if (Interlocked.Increment(ref _came) % Crowd != 0)
            return;
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(Interlocked.Exchange(ref _beganAt, now), now) <= CrowdTime)
            holdOff();
    }
}
