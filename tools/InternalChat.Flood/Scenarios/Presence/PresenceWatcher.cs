using InternalChat.Flood.Connections;
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
