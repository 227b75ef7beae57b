namespace InternalChat.Flood.Measurement;

/// <summary>When a command was sent and when it was due, in Stopwatch ticks; the same in a closed loop.</summary>
internal readonly record struct SendTimes(long SentAt, long IntendedAt);

/// <summary>
/// What has been sent and not been answered, with its times, oldest first: replies come in the order of the commands. One thread may add
/// while another takes. Holds on to its memory, so that it allocates nothing in steady state.
/// </summary>
internal sealed class UnansweredSends<TSend>
    where TSend : struct
{
    private readonly Queue<TSend> _sends = new();
    private readonly Lock _gate = new();

    internal int Count
    {
        get
        {
            lock (_gate)
                return _sends.Count;
        }
    }

    internal void Add(in TSend send)
    {
        lock (_gate)
            _sends.Enqueue(send);
    }

    internal bool TryTake(out TSend send)
    {
        lock (_gate)
            return _sends.TryDequeue(out send);
    }
}
