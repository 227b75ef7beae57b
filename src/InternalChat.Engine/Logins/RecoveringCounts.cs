using InternalChat.Engine.Options;

namespace InternalChat.Engine.Logins;

/// <summary>So much at once, and from then on one more after each <see cref="Recovery"/>.</summary>
/// <param name="Count">1 or more.</param>
/// <param name="Window">After such a time without anything all have recovered.</param>
internal readonly record struct RecoveringLimit(int Count, TimeSpan Window)
{
    /// <summary>How long one counts that stands alone. Rounded down, so that all of them fit into the window.</summary>
    public TimeSpan Recovery => new(Window.Ticks / Count);

    public static RecoveringLimit Of(FailureLimit limit) => new(limit.Failures, limit.Window);

    public static RecoveringLimit Of(RegistrationLimit limit) => new(limit.Accounts, limit.Window);

    public RecoveringLimit Times(int count) => this with { Count = Count * count };
}

/// <summary>
/// Counts that recover steadily, each with a limit. What begins counts under several keys at once, and only if none of them is used up.
/// Thread-safe; bounded.
/// </summary>
/// <remarks>
/// Each count is the moment by which it will have recovered, one after the other. A limit that is changed finds as many as have not.
/// </remarks>
/// <param name="limitOf">The limit of a key as it is now.</param>
/// <param name="time">What they recover by.</param>
internal sealed class RecoveringCounts<TKey>(Func<TKey, RecoveringLimit> limitOf, TimeProvider time)
    where TKey : notnull
{
    private const int MaxEntries = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Recovering> _counts = [];
    private readonly long _start = time.GetTimestamp();

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>Whether something could begin now.</summary>
    public bool IsOpen(List<TKey> keys)
    {
        lock (_gate)
            return IsOpen(keys, Now);
    }

    /// <summary>Counts something that begins, if it may.</summary>
    public bool TryBegin(List<TKey> keys)
    {
        lock (_gate)
        {
            var now = Now;
            if (!IsOpen(keys, now))
                return false;
            if (_counts.Count + keys.Count > MaxEntries)
                MakeRoom(now);
            foreach (var key in keys)
            {
                var limit = limitOf(key);
                _counts[key] = new Recovering(RecoveredAt(key, limit, now) + limit.Recovery, limit.Recovery);
            }

            return true;
        }
    }

    /// <summary>What had begun does not count after all.</summary>
    public void TakeBack(List<TKey> keys)
    {
        lock (_gate)
        {
            var now = Now;
            foreach (var key in keys)
            {
                var limit = limitOf(key);
                var recovered = RecoveredAt(key, limit, now) - limit.Recovery;
                if (recovered > now)
                    _counts[key] = new Recovering(recovered, limit.Recovery);
                else
                    _counts.Remove(key);
            }
        }
    }

    /// <summary>Forgets some counts.</summary>
    /// <returns>Whether one of them was used up.</returns>
    public bool Forget(Predicate<TKey> isMeant)
    {
        lock (_gate)
        {
            var now = Now;
            var wasUsedUp = false;
            foreach (var key in _counts.Keys)
            {
                if (!isMeant(key))
                    continue;
                wasUsedUp |= IsUsedUp(key, now);
                _counts.Remove(key);
            }

            return wasUsedUp;
        }
    }

    private bool IsOpen(List<TKey> keys, TimeSpan now)
    {
        foreach (var key in keys)
        {
            if (IsUsedUp(key, now))
                return false;
        }

        return true;
    }

    private bool IsUsedUp(TKey key, TimeSpan now)
    {
        var limit = limitOf(key);
        return RecoveredAt(key, limit, now) + limit.Recovery - now > limit.Window;
    }

    private TimeSpan RecoveredAt(TKey key, RecoveringLimit limit, TimeSpan now)
    {
        if (!_counts.TryGetValue(key, out var count) || count.At <= now)
            return now;
        return count.Each == limit.Recovery ? count.At : now + ((count.At - now) * (limit.Recovery / count.Each));
    }

    /// <summary>
    /// Forgets what has recovered, and then what recovers next until half the room is free: what is counted most stays the longest, so that
    /// it is not forgotten because of much else.
    /// </summary>
    private void MakeRoom(TimeSpan now)
    {
        foreach (var (key, count) in _counts)
        {
            if (count.At <= now)
                _counts.Remove(key);
        }

        var surplus = _counts.Count - (MaxEntries / 2);
        if (surplus <= 0)
            return;
        foreach (var (key, _) in _counts.OrderBy(static entry => entry.Value.At).Take(surplus).ToArray())
            _counts.Remove(key);
    }

    /// <param name="At">When all will have recovered.</param>
    /// <param name="Each">What one of them takes.</param>
    private readonly record struct Recovering(TimeSpan At, TimeSpan Each);
}
