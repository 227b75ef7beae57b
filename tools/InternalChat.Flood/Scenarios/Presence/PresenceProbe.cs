using System.Diagnostics;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;

namespace InternalChat.Flood.Scenarios.Presence;

/// <summary>
/// Measures from each login's success to the INFO at one watcher. Two threads see the two, in either order; where the watcher is first
/// the latency is 0. A login of which the watcher never hears, because it was too short, is left out. Any thread.
/// </summary>
internal sealed class PresenceProbe(LoadRun run, int churners)
{
    // Stopwatch ticks of a login that the watcher has not heard of; below 0 of an INFO whose login has not been seen yet.
    private readonly long[] _pending = new long[churners];

    /// <summary>A churner is about to log in.</summary>
    internal void Begin(int churner) => Interlocked.Exchange(ref _pending[churner], 0);

    /// <summary>Its login has succeeded now.</summary>
    internal void LoggedIn(int churner)
    {
        var now = Stopwatch.GetTimestamp();
        var heardAt = -Interlocked.CompareExchange(ref _pending[churner], now, 0);
        if (heardAt > 0)
            Record(now, now);
    }

    /// <summary>The watcher has got its INFO, at a time in Stopwatch ticks.</summary>
    internal void Heard(int churner, long heardAt)
    {
        var loggedInAt = Interlocked.CompareExchange(ref _pending[churner], -heardAt, 0);
        if (loggedInAt <= 0 || Interlocked.CompareExchange(ref _pending[churner], 0, loggedInAt) != loggedInAt)
            return;
        Record(loggedInAt, Math.Max(loggedInAt, heardAt));
    }

    private void Record(long loggedInAt, long heardAt)
    {
        if (run.Clock.IsMeasured(loggedInAt))
            run.Latencies.Record(LatencyKind.Presence, loggedInAt, loggedInAt, heardAt);
    }
}
