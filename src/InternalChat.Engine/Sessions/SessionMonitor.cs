using InternalChat.Engine.Writing;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// The one heartbeat for all connections, about once a second: who has not authenticated in time, whose peer has vanished, how far
/// messages have been acknowledged. Connections need no timer of their own.
/// </summary>
internal sealed class SessionMonitor : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly EngineOptions _options;
    private readonly SessionRegistry _sessions;
    private readonly MessageRates _rates;
    private readonly OperationQueue _queue;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;

    public SessionMonitor(
        EngineOptions options, SessionRegistry sessions, MessageRates rates, OperationQueue queue, TimeProvider time)
    {
        _options = options;
        _sessions = sessions;
        _rates = rates;
        _queue = queue;
        _time = time;
        // Not periodic: a beat that takes long must not meet the next.
        _timer = time.CreateTimer(_ => Beat(), null, FirstBeat(options), Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private static TimeSpan FirstBeat(EngineOptions options) => options.AuthTimeout < Interval ? options.AuthTimeout : Interval;

    private void Beat()
    {
        foreach (var session in _sessions.Connections)
        {
            if (session.IsAuthenticated)
                Watch(session);
            else if (!session.IsAuthenticating && _time.GetElapsedTime(session.AcceptedAt) >= _options.AuthTimeout)
                session.RequestClose(CloseReason.AuthTimeout);
        }

        _rates.Forget(accountId => _sessions.TryGetOnline(accountId, out _));
        _timer.Change(FirstBeat(_options), Timeout.InfiniteTimeSpan);
    }

    private void Watch(Session session)
    {
        var position = session.Outbound.Position();
        var delivery = session.Delivery!;
        if (!delivery.NeedsSample(position))
            return;
        if (delivery.Advance(session.Outbound, session.Progress))
        {
            // Where the queue is full the mark waits for the next beat.
            _queue.TrySubmit(new Operation
            {
                Kind = OperationKind.Acknowledged,
                Session = session,
                Number = delivery.DeliveredThrough,
            });
        }

        if (delivery.Silence >= _options.VanishedPeerTimeout && session.RequestClose(CloseReason.PeerVanished))
            session.Abort();
    }
}
