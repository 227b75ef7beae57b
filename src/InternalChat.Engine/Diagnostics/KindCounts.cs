using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace InternalChat.Engine.Diagnostics;

/// <summary>A count for each value of an enum, under one tag. Any thread adds; adding allocates nothing.</summary>
/// <param name="tag">The tag that tells the values apart.</param>
/// <param name="text">What the tag says for a value.</param>
internal sealed class KindCounts<TKind>(string tag, Func<TKind, string> text)
    where TKind : unmanaged, Enum
{
    private readonly long[] _counts = new long[Enum.GetValues<TKind>().Length];

    /// <summary>Counts one of this kind.</summary>
    public void Add(TKind kind) => Interlocked.Increment(ref _counts[Unsafe.BitCast<TKind, int>(kind)]);

    /// <summary>What was counted so far, with zeros: a series that begins at its first event hides that event from a rate.</summary>
    /// <param name="kinds">The kinds that there are; others show once they have occurred.</param>
    /// <param name="others">Tags that go with each of them.</param>
    public IEnumerable<Measurement<long>> Observe(IReadOnlyList<TKind> kinds, params KeyValuePair<string, object?>[] others)
    {
        foreach (var kind in Enum.GetValues<TKind>())
        {
            var count = Volatile.Read(ref _counts[Unsafe.BitCast<TKind, int>(kind)]);
            if (count > 0 || kinds.Contains(kind))
                yield return new Measurement<long>(count, [.. others, new(tag, text(kind))]);
        }
    }
}
