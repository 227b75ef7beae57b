using InternalChat.Engine.Connections;

namespace InternalChat.Simulation.Tests.Network;

/// <summary>What the server may know of how far its peer has got: acknowledgements come late.</summary>
/// <param name="connection">Whose.</param>
/// <param name="fate">Decides how late.</param>
/// <param name="isEncrypted">The transport writes more bytes than the session, as with TLS.</param>
internal sealed class SimulatedProgress(SimulatedConnection connection, INetworkFate fate, bool isEncrypted) : ITransportProgress
{
    private const int RecordOverhead = 29;

    // Where each write ends, in the session's bytes and in the transport's.
    private readonly List<(long Plain, long Transport)> _writes = [(0, 0)];
    private long _arrived;
    private long _acknowledged;

    public bool IsPeerGone => connection.IsBroken;

    public long? WrittenBytes => isEncrypted ? _writes[^1].Transport : null;

    public void Written(int bytes)
    {
        var (plain, transport) = _writes[^1];
        _writes.Add((plain + bytes, transport + bytes + (isEncrypted ? RecordOverhead : 0)));
    }

    public void Arrived(int bytes)
    {
        _arrived += bytes;
        var arrived = _arrived;
        if (fate.IsHealed || fate.Chance(0.5))
            _acknowledged = arrived;
        else
            fate.After(TimeSpan.FromMilliseconds(fate.Random.Next(fate.Chance(0.1) ? 2_500 : 50)), () => Acknowledge(arrived));
    }

    public bool TrySample(out TransportSample sample)
    {
        var silence = connection.VanishedAt is { } since && _acknowledged < _writes[^1].Plain
            ? fate.Time.GetElapsedTime(since)
            : TimeSpan.Zero;
        sample = new TransportSample(InTransportBytes(_acknowledged), silence);
        return !connection.IsBroken;
    }

    private void Acknowledge(long arrived) => _acknowledged = Math.Max(_acknowledged, arrived);

    private long InTransportBytes(long plain)
    {
        var last = _writes.FindLastIndex(write => write.Plain <= plain);
        return _writes[last].Transport + (plain - _writes[last].Plain);
    }
}
