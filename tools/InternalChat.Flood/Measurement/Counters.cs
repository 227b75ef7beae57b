using System.Text;
using InternalChat.Protocol;

namespace InternalChat.Flood.Measurement;

/// <summary>
/// What is counted over time. All but <see cref="Connections"/> only grow. <see cref="Counters"/> has their names in reports.
/// </summary>
internal enum Counter
{
    /// <summary>Messages sent.</summary>
    Sent,

    /// <summary>Messages answered with OK queued or DELIVERED.</summary>
    Acknowledged,

    /// <summary>Messages that arrived at their recipients.</summary>
    Received,

    /// <summary>READs answered.</summary>
    Reads,

    /// <summary>PONGs.</summary>
    Pongs,

    /// <summary>HISTORY commands answered whole.</summary>
    Histories,

    /// <summary>LIST commands answered whole.</summary>
    Lists,

    /// <summary>INFO user_online and user_offline that arrived.</summary>
    PresenceChanges,

    /// <summary>AUTHs that succeeded.</summary>
    Logins,

    /// <summary>Whatever <see cref="ErrorTally"/> has, expected or not.</summary>
    Errors,

    /// <summary>Open at the moment: a level, not a count.</summary>
    Connections,
}

/// <summary>The names of counters, which programs that read reports rely on, and the words for people.</summary>
internal static class Counters
{
    private static readonly (string Name, string One)[] Words =
    [
        ("sent", "message sent"),
        ("acknowledged", "message acknowledged"),
        ("received", "message received"),
        ("reads", "READ"),
        ("pongs", "PONG"),
        ("histories", "HISTORY"),
        ("lists", "LIST"),
        ("presence_changes", "presence change"),
        ("logins", "login"),
        ("errors", "error"),
        ("connections", "connection"),
    ];

    internal static IReadOnlyList<Counter> All { get; } = Enum.GetValues<Counter>();

    /// <summary>Those that have a rate.</summary>
    internal static IReadOnlyList<Counter> Growing { get; } = [.. All.Where(counter => counter != Counter.Connections)];

    internal static string Name(Counter counter) => Words[(int)counter].Name;

    /// <summary>For people: one of what a name counts.</summary>
    internal static string One(string name) => Words.First(words => words.Name == name).One;
}

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

/// <summary>What went wrong, by name. An ERROR that the scenario does not expect fails the run, as does any sentence. Any thread.</summary>
internal sealed class ErrorTally : ICounterSource
{
    private readonly SortedDictionary<string, long> _sentences = new(StringComparer.Ordinal);
    private readonly HashSet<ErrorCode> _expected = [];
    private readonly Lock _gate = new();
    private readonly long[] _rejections = new long[Enum.GetValues<ErrorCode>().Length];
    private long _sentenceCount;

    /// <summary>The scenario provokes this ERROR: it is counted and fails nothing.</summary>
    internal void Expect(ErrorCode code)
    {
        lock (_gate)
            _expected.Add(code);
    }

    internal void Reject(ErrorCode code) => Interlocked.Increment(ref _rejections[(int)code]);

    internal void Add(string sentence)
    {
        lock (_gate)
        {
            _sentences[sentence] = _sentences.GetValueOrDefault(sentence) + 1;
            _sentenceCount++;
        }
    }

    public void AddTo(CounterTotals totals)
    {
        lock (_gate)
            totals.Add(Counter.Errors, _sentenceCount);
        foreach (ref var rejections in _rejections.AsSpan())
            totals.Add(Counter.Errors, Volatile.Read(ref rejections));
    }

    internal IReadOnlyDictionary<string, long> Unexpected()
    {
        lock (_gate)
        {
            var all = new SortedDictionary<string, long>(_sentences, StringComparer.Ordinal);
            foreach (var (name, count) in Rejections(areExpected: false))
                all[name] = count;
            return all;
        }
    }

    internal IReadOnlyDictionary<string, long> Expected()
    {
        lock (_gate)
            return new SortedDictionary<string, long>(Rejections(areExpected: true).ToDictionary(), StringComparer.Ordinal);
    }

    private IEnumerable<KeyValuePair<string, long>> Rejections(bool areExpected) => Enum.GetValues<ErrorCode>()
        .Where(code => Volatile.Read(ref _rejections[(int)code]) > 0 && _expected.Contains(code) == areExpected)
        .Select(code => KeyValuePair.Create(Encoding.ASCII.GetString(WireErrors.Code(code)), Volatile.Read(ref _rejections[(int)code])));
}
