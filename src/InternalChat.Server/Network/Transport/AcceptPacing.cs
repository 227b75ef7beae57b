namespace InternalChat.Server.Network.Transport;

/// <summary>
/// How fast connections are taken when very many come at once, as after a network that was down: so fast that their logins leave most of
/// the processor to those who chat meanwhile. The others wait in the backlog. Thread-safe; one for all listeners.
/// </summary>
/// <param name="perSecond">The pace.</param>
/// <param name="time">The clock.</param>
internal sealed class AcceptPacing(int perSecond, TimeProvider time)
{
    /// <summary>
    /// A login with a password that was verified lately costs about 0.1 ms: a fifth of each core. 15,000 on two cores take 4 s.
    /// </summary>
    public const int PerSecondAndCore = 2_000;

    // So much of the pace may be taken at once, which also makes up for timers that are late.
    private static readonly TimeSpan Stretch = TimeSpan.FromMilliseconds(10);

    // Of timers.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly long _step = time.TimestampFrequency / perSecond;
    private readonly long _stretch = (long)(Stretch.TotalSeconds * time.TimestampFrequency);

    // When the connections that were taken would have been taken one by one, at the pace.
    private long _due;

    /// <summary>Completes when the next connection may be taken; at once unless many came just now.</summary>
    /// <exception cref="OperationCanceledException">It is no longer wanted.</exception>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var ahead = Volatile.Read(ref _due) - time.GetTimestamp();
            if (ahead <= 0)
                return;
            var wait = time.GetElapsedTime(0, ahead);
            await Task.Delay(wait > ShortestWait ? wait : ShortestWait, time, cancellationToken);
        }
    }

    /// <summary>One has been taken.</summary>
    public void Accepted()
    {
        var earliest = time.GetTimestamp() - _stretch;
        long due;
        do
            due = Volatile.Read(ref _due);
        while (Interlocked.CompareExchange(ref _due, Math.Max(due, earliest) + _step, due) != due);
    }
}
