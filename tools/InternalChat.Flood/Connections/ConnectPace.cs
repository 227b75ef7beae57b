using System.Diagnostics;
using InternalChat.Flood.Options;

namespace InternalChat.Flood.Connections;

/// <summary>Spreads the connections that are made before the load: each waits for its turn, and then a random time. Any thread.</summary>
internal sealed class ConnectPace(ConnectRate? rate)
{
    // A timer takes no more than some weeks, and turns at a low rate may be years away.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    // The same in every run.
    private readonly Random _random = new(0);
    private readonly Lock _gate = new();
    private long _next;

    /// <summary>Waits for the next turn; there is no waiting where there is no rate.</summary>
    /// <returns>When it was, in Stopwatch ticks.</returns>
    internal async Task<long> WaitForTurnAsync(CancellationToken cancellationToken)
    {
        var dueAt = Take();
        for (var rest = RestUntil(dueAt); rest > TimeSpan.Zero; rest = RestUntil(dueAt))
        {
            var delay = rest < LongestDelay ? TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)) : LongestDelay;
            await Task.Delay(delay, cancellationToken);
        }

        return dueAt;
    }

    private static TimeSpan RestUntil(long time) => Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), time);

    private long Take()
    {
        var now = Stopwatch.GetTimestamp();
        if (rate is null)
            return now;
        lock (_gate)
        {
            // Whoever comes late gets a turn of his own: what was missed is not made up for in a burst.
            var turn = Math.Max(now, _next);
            _next = turn + (long)(Stopwatch.Frequency / rate.PerSecond);
            return turn + (long)(_random.NextDouble() * rate.Jitter.TotalSeconds * Stopwatch.Frequency);
        }
    }
}
