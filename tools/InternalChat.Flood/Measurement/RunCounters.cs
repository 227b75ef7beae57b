namespace InternalChat.Flood.Measurement;

/// <summary>
/// Something that counts in plain fields of its own, written by one thread with <see cref="Volatile"/>: so a count costs a message next
/// to nothing. A sampler sums them once a second.
/// </summary>
internal interface ICounterSource
{
    /// <summary>Adds the current counts. Any thread.</summary>
    void AddTo(CounterTotals totals);
}

/// <summary>A sum over all sources at one moment. One thread.</summary>
internal sealed class CounterTotals
{
    private readonly long[] _counts = new long[Counters.All.Count];

    internal long this[Counter counter] => _counts[(int)counter];

    internal void Add(Counter counter, long count) => _counts[(int)counter] += count;
}

/// <summary>The counters of a run. Any thread.</summary>
internal sealed class RunCounters
{
    private readonly List<ICounterSource> _sources = [];
    private readonly Lock _gate = new();

    /// <summary>A source stays until the end of the run: clients that come and go share one.</summary>
    internal void Register(ICounterSource source)
    {
        lock (_gate)
            _sources.Add(source);
    }

    internal CounterTotals Sum()
    {
        var totals = new CounterTotals();
        lock (_gate)
        {
            foreach (var source in _sources)
                source.AddTo(totals);
        }

        return totals;
    }
}
