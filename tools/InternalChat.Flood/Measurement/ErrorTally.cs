using InternalChat.Protocol;

namespace InternalChat.Flood.Measurement;

/// <summary>What went wrong, by name. Any thread.</summary>
internal sealed class ErrorTally
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly long[] _rejections = new long[Enum.GetValues<ErrorCode>().Length];

    internal void Reject(ErrorCode code) => Interlocked.Increment(ref _rejections[(int)code]);

    internal void Add(string sentence)
    {
        lock (_gate)
            _counts[sentence] = _counts.GetValueOrDefault(sentence) + 1;
    }

    internal IReadOnlyDictionary<string, long> ToDictionary()
    {
        lock (_gate)
        {
            var all = new SortedDictionary<string, long>(_counts, StringComparer.Ordinal);
            for (var code = 0; code < _rejections.Length; code++)
            {
                if (_rejections[code] > 0)
                    all[System.Text.Encoding.ASCII.GetString(WireErrors.Code((ErrorCode)code))] = _rejections[code];
            }

            return all;
        }
    }
}
