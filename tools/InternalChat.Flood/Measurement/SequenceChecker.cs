namespace InternalChat.Flood.Measurement;

/// <summary>
/// Judges the sequence numbers of one sender as they arrive at one recipient. Allocates nothing while they come in order. One thread.
/// </summary>
internal sealed class SequenceChecker
{
    private readonly HashSet<long> _skipped = [];
    private long _next;

    internal long Duplicated { get; private set; }

    /// <summary>Messages that arrived behind a later one.</summary>
    internal long Reordered { get; private set; }

    /// <summary>Takes the next number that arrived.</summary>
    /// <returns>False where it had arrived before.</returns>
    internal bool Observe(long sequence)
    {
        if (sequence >= _next)
        {
            for (; _next < sequence; _next++)
                _skipped.Add(_next);
            _next++;
        }
        else if (_skipped.Remove(sequence))
        {
            Reordered++;
        }
        else
        {
            Duplicated++;
            return false;
        }

        return true;
    }

    /// <summary>How many of the first <paramref name="answered"/> never arrived, without <paramref name="rejected"/>.</summary>
    internal long CountLost(long answered, IReadOnlySet<long> rejected)
    {
        var lost = _skipped.LongCount(sequence => sequence < answered && !rejected.Contains(sequence));
        for (var sequence = _next; sequence < answered; sequence++)
        {
            if (!rejected.Contains(sequence))
                lost++;
        }

        return lost;
    }
}
