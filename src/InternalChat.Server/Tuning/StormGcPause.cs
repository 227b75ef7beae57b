using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Tuning;

/// <summary>
/// Suspends garbage collections during a storm of connections. A collection would find nearly everything young still in use and only copy
/// it, two or three times, with everybody waiting 25 to 120 ms each time. <see cref="IdleGarbageCollection"/> collects what the storm
/// leaves behind. Connections that come and go at once are no storm: what they leave is garbage, and an attacker could have it pile up.
/// Thread-safe.
/// </summary>
/// <param name="time">Measures how fast connections come.</param>
/// <param name="connected">How many connections there are.</param>
/// <param name="pause">Suspends collections, unless they are suspended already; on the thread that took the connection.</param>
internal sealed class StormGcPause(TimeProvider time, Func<int> connected, Action pause)
{
    /// <summary>
    /// Connections are counted by the thousand: a thousand that came within <see cref="CrowdTime"/> is a storm if at least half of it is
    /// still there. After a quiet time that is the second thousand. Until then they have left some 10 MB, less than the 16 MiB at which the
    /// collector comes anyway (System.GC.Gen0MaxBudget in the project file).
    /// </summary>
    public const int Crowd = 1_000;

    /// <summary>One core accepts 1,250 connections in that time.</summary>
    public static readonly TimeSpan CrowdTime = TimeSpan.FromMilliseconds(625);

    private long _came;
    private long _beganAt = time.GetTimestamp();
    private int _before;

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
        var connections = connected();
        var grown = connections - Interlocked.Exchange(ref _before, connections);
        if (time.GetElapsedTime(Interlocked.Exchange(ref _beganAt, now), now) <= CrowdTime && grown >= Crowd / 2)
            pause();
    }
}
