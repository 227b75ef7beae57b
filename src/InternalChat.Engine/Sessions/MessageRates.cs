using System.Collections.Concurrent;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// The rate windows of users, kept over a reconnect for as long as they can still refuse something. Thread-safe; one window is used
/// by one connection at a time because a user has one connection.
/// </summary>
internal sealed class MessageRates(RateLimit? limit, TimeProvider time)
{
    private readonly ConcurrentDictionary<long, SlidingWindow> _windows = new();

    /// <summary>Counts a message of this session's user.</summary>
    /// <returns>False where it is one too many; then it does not count.</returns>
    public bool TryAccept(Session session)
    {
        if (limit is null)
            return true;
        session.MessageRate ??= _windows.GetOrAdd(session.AccountId, static (_, rates) => rates.Create(), this);
        return session.MessageRate.TryAccept(time.GetTimestamp());
    }

    /// <summary>Forgets windows that are over; called about once a second.</summary>
    /// <param name="isOnline">Whether a user still holds its window.</param>
    public void Forget(Func<long, bool> isOnline)
    {
        var now = time.GetTimestamp();
        foreach (var (accountId, window) in _windows)
        {
            if (!isOnline(accountId) && window.IsOver(now))
                _windows.TryRemove(accountId, out _);
        }
    }

    private SlidingWindow Create() => new(limit!.Messages, (long)(limit.Window.TotalSeconds * time.TimestampFrequency));
}
