using System.Collections.Concurrent;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// The rate windows of users, kept over a reconnect for as long as they can still refuse something: a session has its own, and leaves
/// it here when it ends. Thread-safe; one window is used by one connection at a time because a user has one connection.
/// </summary>
internal sealed class MessageRates(RateLimit? limit, TimeProvider time)
{
    private readonly ConcurrentDictionary<long, SlidingWindow> _left = new();

    /// <summary>Counts a message of this session's user.</summary>
    /// <returns>False where it is one too many; then it does not count.</returns>
    public bool TryAccept(Session session)
    {
        if (limit is null)
            return true;
        session.MessageRate ??= _left.TryRemove(session.AccountId, out var window) ? window : Create();
        return session.MessageRate.TryAccept(time.GetTimestamp());
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

    private SlidingWindow Create() => new(limit!.Messages, (long)(limit.Window.TotalSeconds * time.TimestampFrequency));
}
