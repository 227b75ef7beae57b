using InternalChat.Engine.Sessions;

namespace InternalChat.Engine.Administration;

/// <summary>One session, and what it carried between two looks.</summary>
/// <param name="Session">As it is now.</param>
/// <param name="Sent">Messages of the user that were stored meanwhile.</param>
/// <param name="Received">Messages that were sent to the user meanwhile.</param>
public sealed record SessionTraffic(SessionInfo Session, long Sent, long Received);

/// <summary>
/// Finds the busiest users between two looks. Each viewer has its own; looking goes through all sessions, and costs them nothing.
/// One thread at a time.
/// </summary>
public sealed class TrafficSampler
{
    private readonly SessionRegistry _sessions;
    private readonly Func<Session, SessionInfo> _describe;
    private Dictionary<Session, Counts> _before = [];
    private Dictionary<Session, Counts> _now = [];

    internal TrafficSampler(SessionRegistry sessions, Func<Session, SessionInfo> describe)
    {
        _sessions = sessions;
        _describe = describe;
        Sample();
    }

    /// <summary>The users who sent most, received most, sent and received most, or make most bytes wait since the last look.</summary>
    /// <param name="count">So many of each kind, 1 or more; who did nothing is no busy user.</param>
    public IReadOnlyList<SessionTraffic> TakeBusiest(int count)
    {
        Sample();
        var busy = _now
            .Select(entry => (Session: entry.Key, Traffic: entry.Value - _before.GetValueOrDefault(entry.Key)))
            .Where(static entry => entry.Traffic.Sent + entry.Traffic.Received + entry.Traffic.Waiting > 0)
            .ToArray();
        var chosen = new HashSet<Session>();
        Choose(static traffic => traffic.Sent);
        Choose(static traffic => traffic.Received);
        Choose(static traffic => traffic.Sent + traffic.Received);
        Choose(static traffic => traffic.Waiting);
        return
        [
            .. busy
                .Where(entry => chosen.Contains(entry.Session))
                .OrderByDescending(static entry => entry.Traffic.Sent + entry.Traffic.Received)
                .Select(entry => new SessionTraffic(_describe(entry.Session), entry.Traffic.Sent, entry.Traffic.Received)),
        ];

        void Choose(Func<Counts, long> by)
        {
            var most = busy.Where(entry => by(entry.Traffic) > 0).OrderByDescending(entry => by(entry.Traffic)).Take(count);
            chosen.UnionWith(most.Select(static entry => entry.Session));
        }
    }

    private void Sample()
    {
        (_before, _now) = (_now, _before);
        _now.Clear();
        foreach (var session in _sessions.Online)
            _now[session] = new Counts(session.MessagesSent, session.MessagesReceived, session.Outbound.WaitingBytes);
    }

    private readonly record struct Counts(long Sent, long Received, long Waiting)
    {
        /// <summary>What was counted since; what waits now.</summary>
        public static Counts operator -(Counts now, Counts before) =>
            now with { Sent = now.Sent - before.Sent, Received = now.Received - before.Received };
    }
}
