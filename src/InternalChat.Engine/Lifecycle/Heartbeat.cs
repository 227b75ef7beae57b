using InternalChat.Engine.Connections;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Threads;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Lifecycle;

/// <summary>
/// The one heartbeat for all connections. About once a second it looks who has not authenticated in time, whose peer has vanished or is
/// gone while nobody reads, and how far messages have been acknowledged. Connections need no timer of their own.
/// </summary>
/// <remarks>
/// Looks only at those who have not authenticated, at those whose read loop waits for something, and at those whose peer may not have
/// everything yet: idle sessions cost nothing, however many they are.
/// </remarks>
internal sealed class Heartbeat : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly EngineOptions _options;
    private readonly CurrentOptions _current;
    private readonly SessionRegistry _sessions;
    private readonly OperationQueue _queue;
    private readonly TimeProvider _time;
    private readonly RepeatingTimer _timer;

    public Heartbeat(
        EngineOptions options, CurrentOptions current, SessionRegistry sessions, OperationQueue queue, TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _current = current;
        _sessions = sessions;
        _queue = queue;
        _time = time;
        _timer = new RepeatingTimer(time, () => NextInterval, Beat, "The heartbeat", logger);
    }

    public void Dispose() => _timer.Dispose();

    private TimeSpan NextInterval => _current.Live.AuthTimeout is var timeout && timeout < Interval ? timeout : Interval;

    private void Beat()
    {
        var authTimeout = _current.Live.AuthTimeout;
        foreach (var session in _sessions.Unauthenticated)
        {
            if (session.IsWaiting)
                session.HasLostPeer();
            if (session.IsOverdue(authTimeout, _time))
                session.RequestClose(CloseReason.AuthTimeout);
        }

        foreach (var session in _sessions.TakeWatched())
            Check(session);
        _sessions.Forget();
    }

    private void Check(Session session)
    {
        // Its closing looks for itself.
        if (session.IsClosing)
            return;
        var delivery = session.Delivery!;
        var needsSample = delivery.NeedsSample(session.Outbound.Position(), session.Progress);
        if (needsSample)
            delivery.Advance(session.Outbound, session.Progress);
        var through = delivery.DeliveredThrough;
        // If the queue is full, the mark waits for the next heartbeat.
        if (through > delivery.ToldThrough && _queue.TrySubmit(
                new Operation { Kind = OperationKind.Acknowledged, Session = session, Number = through }))
            delivery.ToldThrough = through;
        if (needsSample && delivery.Silence >= _options.VanishedPeerTimeout && session.RequestClose(CloseReason.PeerVanished))
            session.Abort();
        if (session.IsWaiting)
            session.HasLostPeer();
        if (IsOutstanding(session, delivery))
            _sessions.Watch(session);
    }

    /// <summary>
    /// Whether there will be something to see without another flush. A flush under way may not be in the transport's count yet.
    /// </summary>
    private static bool IsOutstanding(Session session, DeliveryState delivery) =>
        session.IsWaiting
        || !session.Outbound.IsDrained
        || delivery.NeedsSample(session.Outbound.Position(), session.Progress)
        || delivery.DeliveredThrough > delivery.ToldThrough;
}
