namespace InternalChat.Flood.Measurement;

/// <summary>When a command was sent and when it was due, in Stopwatch ticks; the same in a closed loop.</summary>
internal readonly record struct SendTimes(long SentAt, long IntendedAt);

/// <summary>
/// Send times of what has not been answered, oldest first: replies come in the order of the commands. One thread may add while
/// another takes. Holds on to its memory, so that it allocates nothing in steady state.
/// </summary>
internal sealed class UnansweredSends
{
    private readonly Queue<SendTimes> _times = new();
    private readonly Lock _gate = new();

    internal int Count
    {
        get
        {
            lock (_gate)
                return _times.Count;
        }
    }

    internal void Add(in SendTimes times)
    {
        lock (_gate)
            _times.Enqueue(times);
    }

    internal bool TryTake(out SendTimes times)
    {
        lock (_gate)
            return _times.TryDequeue(out times);
    }
}
