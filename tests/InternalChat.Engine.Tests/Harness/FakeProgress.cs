using InternalChat.Engine.Connections;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>A peer's TCP that acknowledges when the test says so.</summary>
internal sealed class FakeProgress : ITransportProgress
{
    private long _acknowledged;
    private long _silenceTicks;
    private bool _isPeerGone;

    public long? WrittenBytes { get; set; }

    public bool IsBlind { get; set; }

    public bool IsPeerGone
    {
        get => Volatile.Read(ref _isPeerGone);
        set => Volatile.Write(ref _isPeerGone, value);
    }

    public long AcknowledgedBytes
    {
        get => Volatile.Read(ref _acknowledged);
        set => Volatile.Write(ref _acknowledged, value);
    }

    public TimeSpan Silence
    {
        get => new(Volatile.Read(ref _silenceTicks));
        set => Volatile.Write(ref _silenceTicks, value.Ticks);
    }

    /// <summary>Whether the engine has told that the peer ended in order.</summary>
    public bool HasPeerEnded { get; private set; }

    public void PeerEnded() => HasPeerEnded = true;

    public bool TrySample(out TransportSample sample)
    {
        sample = new TransportSample(AcknowledgedBytes, Silence);
        return !IsBlind;
    }
}
