namespace InternalChat.Engine.Connections;

/// <summary>What the transport knows of the peer at one moment.</summary>
/// <param name="AcknowledgedBytes">Bytes that the peer has acknowledged since the connection began.</param>
/// <param name="Silence">How long the peer has not answered although it should have; zero while nothing is awaited of it.</param>
public readonly record struct TransportSample(long AcknowledgedBytes, TimeSpan Silence);

/// <summary>How far the peer has taken what was written to a transport. Any thread.</summary>
public interface ITransportProgress
{
    /// <summary>
    /// The transport's own count of the bytes that it has taken, where it differs from what the session wrote (TLS); null where it is
    /// the same. It is exact only while no flush is under way.
    /// </summary>
    long? WrittenBytes { get; }

    /// <summary>Asks the transport.</summary>
    /// <returns>False if it cannot tell: the connection is gone, or the platform has no such call.</returns>
    bool TrySample(out TransportSample sample);

    /// <summary>
    /// Whether the connection is over in both directions, so that nothing reaches the peer any more. For sessions that do not read at the
    /// moment: what the peer has sent before can still be read. False where the transport cannot tell.
    /// </summary>
    bool IsPeerGone => false;

    /// <summary>
    /// Called when the peer has ended its sending in order, and not by a reset: some transports know from it that their peer has read
    /// what it was sent. May be called more than once.
    /// </summary>
    void PeerEnded()
    {
    }
}
