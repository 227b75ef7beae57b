namespace InternalChat.Flood.Measurement;

/// <summary>
/// Send times of what has not been answered, oldest first: replies come in the order of the commands. One thread may add while
/// another takes. Holds on to its memory, so that it allocates nothing in steady state.
/// </summary>
internal sealed class UnansweredSends
{
    private readonly Queue<long> _times = new(128);
    private readonly Lock _gate = new();

    internal int Count
    {
        get
        {
            lock (_gate)
                return _times.Count;
        }
    }

    internal void Add(long time)
    {
        lock (_gate)
            _times.Enqueue(time);
    }

    internal bool TryTake(out long time)
    {
        lock (_gate)
            return _times.TryDequeue(out time);
    }
}
