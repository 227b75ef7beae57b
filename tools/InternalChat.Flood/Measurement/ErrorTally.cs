using System.Text;
using InternalChat.Protocol;

namespace InternalChat.Flood.Measurement;

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
