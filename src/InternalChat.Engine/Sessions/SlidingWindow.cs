using InternalChat.Engine.Options;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// An exact sliding window: in any window of the given length at most so many are accepted. Used by one connection at a time.
/// </summary>
internal sealed class SlidingWindow
{
    private readonly long[] _accepted;
    private readonly long _window;
    private int _oldest;
    private int _count;

    /// <param name="limit">Accepted in any window.</param>
    /// <param name="frequency">Ticks in a second of the time provider whose timestamps are given to <see cref="TryAccept"/>.</param>
    public SlidingWindow(RateLimit limit, long frequency)
    {
        Limit = limit;
        _accepted = new long[limit.Messages];
        _window = (long)(limit.Window.TotalSeconds * frequency);
    }

    /// <summary>Goes on under another limit: what was accepted lately counts against it.</summary>
    public SlidingWindow(RateLimit limit, long frequency, SlidingWindow earlier)
        : this(limit, frequency)
    {
        _count = Math.Min(earlier._count, _accepted.Length);
        for (var i = 0; i < _count; i++)
            _accepted[i] = earlier._accepted[(earlier._oldest + earlier._count - _count + i) % earlier._accepted.Length];
    }

    public RateLimit Limit { get; }

    /// <summary>Accepts one at <paramref name="now"/>, or changes nothing.</summary>
    public bool TryAccept(long now)
    {
        if (_count == _accepted.Length)
        {
            if (now - _accepted[_oldest] < _window)
                return false;
            _accepted[_oldest] = now;
            _oldest = (_oldest + 1) % _accepted.Length;
            return true;
        }

        _accepted[(_oldest + _count) % _accepted.Length] = now;
        _count++;
        return true;
    }

    /// <summary>Whether nothing accepted counts any more.</summary>
    public bool IsOver(long now) =>
        _count == 0 || now - _accepted[(_oldest + _count - 1) % _accepted.Length] >= _window;
}
