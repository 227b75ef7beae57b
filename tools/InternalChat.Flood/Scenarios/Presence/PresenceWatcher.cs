using InternalChat.Flood.Connections;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Flood.Scenarios.Presence;

/// <summary>A client that stays online and notes who comes and goes. One thread at a time reads; any thread may ask.</summary>
/// <param name="connection">Of the watching user.</param>
/// <param name="run">What all clients share.</param>
/// <param name="names">Of the churners.</param>
/// <param name="probe">Null for all watchers but one.</param>
internal sealed class PresenceWatcher(LoadConnection connection, LoadRun run, ChurnerNames names, PresenceProbe? probe) : IConnectionHandler
{
    private readonly bool[] _isOnline = new bool[names.Count];
    private long _changes;

    /// <summary>INFO user_online and user_offline, of anybody.</summary>
    internal long Changes => Volatile.Read(ref _changes);

    /// <summary>Reads until the connection ends.</summary>
    internal Task WatchAsync() => run.KeepAsync(connection, this);

    /// <summary>Whether the last that this watcher heard of a churner was that it came.</summary>
    internal bool HasOnline(int churner) => Volatile.Read(ref _isOnline[churner]);

    public bool OnDrained() => false;

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind == ServerFrameKind.Error)
            run.Errors.Reject(frame.Error);
        if (frame.Kind is not (ServerFrameKind.UserOnline or ServerFrameKind.UserOffline))
            return true;
        Volatile.Write(ref _changes, _changes + 1);
        if (!names.TryNumber(frame.Name, out var churner))
            return true;
        var isOnline = frame.Kind == ServerFrameKind.UserOnline;
        Volatile.Write(ref _isOnline[churner], isOnline);
        if (isOnline)
            probe?.Heard(churner, connection.ReceivedAt);
        return true;
    }
}
