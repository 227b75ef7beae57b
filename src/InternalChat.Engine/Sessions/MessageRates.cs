using System.Collections.Concurrent;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// The rate windows of users, kept over a reconnect for as long as they can still refuse something: a session has its own, and leaves
/// it here when it ends. Thread-safe; one window is used by one connection at a time because a user has one connection.
/// </summary>
internal sealed class MessageRates(CurrentOptions current, TimeProvider time)
{
    private readonly ConcurrentDictionary<long, SlidingWindow> _left = new();

    /// <summary>Counts a message of this session's user.</summary>
    /// <returns>False where it is one too many; then it does not count.</returns>
    public bool TryAccept(Session session)
    {
        if (current.Live.RateLimit is not { } limit)
            return true;
        var window = session.MessageRate;
        if (window?.Limit != limit)
            session.MessageRate = window = WindowFor(session, limit);
        return window.TryAccept(time.GetTimestamp());
    }

    /// <summary>Keeps the window of a session that ends; to be called before its user can log in again.</summary>
    public void Leave(Session session)
    {
        if (session.MessageRate is { } window && !window.IsOver(time.GetTimestamp()))
            _left[session.AccountId] = window;
    }

    /// <summary>Forgets windows that are over; called about once a second.</summary>
    public void Forget()
    {
        var now = time.GetTimestamp();
        foreach (var entry in _left)
        {
            if (entry.Value.IsOver(now))
                _left.TryRemove(entry);
        }
    }

    private SlidingWindow WindowFor(Session session, RateLimit limit)
    {
        var earlier = session.MessageRate;
        if (earlier is null)
            _left.TryRemove(session.AccountId, out earlier);
        return earlier is null ? new SlidingWindow(limit, time.TimestampFrequency)
            : earlier.Limit == limit ? earlier
            : new SlidingWindow(limit, time.TimestampFrequency, earlier);
    }
}
