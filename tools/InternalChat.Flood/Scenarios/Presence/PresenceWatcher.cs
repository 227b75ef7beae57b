using System.Diagnostics;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Sessions;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Flood.Scenarios.Presence;

/// <summary>A client that stays online and notes who comes and goes. One thread at a time reads; any thread may ask.</summary>
/// <param name="client">The watching user, whatever else it does.</param>
/// <param name="names">Of the churners.</param>
/// <param name="probe">Null for all watchers but one.</param>
internal sealed class PresenceWatcher(IdleClient client, ChurnerNames names, PresenceProbe? probe) : IConnectionHandler
{
    private readonly bool[] _isOnline = new bool[names.Count];
    private long _changes;

    /// <summary>INFO user_online and user_offline, of anybody.</summary>
    internal long Changes => Volatile.Read(ref _changes);

    internal IdleClient Client { get; } = client;

    /// <summary>Reads until the connection ends.</summary>
    internal Task WatchAsync(LoadRun run) => run.KeepAsync(Client.Connection, this);

    /// <summary>Whether the last that this watcher heard of a churner was that it came.</summary>
    internal bool HasOnline(int churner) => Volatile.Read(ref _isOnline[churner]);

    public bool OnDrained() => Client.OnDrained();

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind is not (ServerFrameKind.UserOnline or ServerFrameKind.UserOffline))
            return Client.OnFrame(frame, line);
        Volatile.Write(ref _changes, _changes + 1);
        if (!names.TryNumber(frame.Name, out var churner))
            return true;
        var isOnline = frame.Kind == ServerFrameKind.UserOnline;
        Volatile.Write(ref _isOnline[churner], isOnline);
        if (isOnline)
            probe?.Heard(churner, Client.Connection.ReceivedAt);
        return true;
    }
}

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
