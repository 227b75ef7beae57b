using System.Numerics;
using System.Runtime.InteropServices;

namespace InternalChat.Storage.Sqlite.Heads;

/// <summary>
/// Slots of the head cache that wait to be written, handed out in key order so that a cycle touches each page of the tables once.
/// New slots collect on one side while a cycle drains the other. Order comes from partitions by account id, each sorted when it is
/// reached: sorting hundreds of thousands of slots at once would hold the writer up for tens of milliseconds. The writer's thread only.
/// </summary>
internal sealed class DirtySet
{
    private const int PartitionsOfEachKind = 128;

    /// <summary>How many accounts a new server is thought to get before its first cycle.</summary>
    private const long FirstGuess = 1 << 16;

    private readonly HeadCache _heads;
    private Side _collecting = new();
    private Side _draining = new();
    private UInt128[] _keys = [];
    private long _largestAccountId;
    private Cursor _cursor;
    private int _sortedPartition = -1;

    public DirtySet(HeadCache heads, long largestAccountId)
    {
        _heads = heads;
        _largestAccountId = largestAccountId;
        _collecting.Clear(Shift(Math.Max(largestAccountId, FirstGuess)));
    }

    /// <summary>How many wait for the next cycle.</summary>
    public int Collected => _collecting.Count;

    /// <summary>Whether a cycle has been begun and not ended.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Where the cycle stands; setting it back makes it hand out the same slots again.</summary>
    public Cursor Position
    {
        get => _cursor;
        set => _cursor = value;
    }

    public void Add(int slot)
    {
        var (low, high) = _heads.KeyOf(slot);
        _largestAccountId = Math.Max(_largestAccountId, high);
        _collecting.Add(slot, low == 0 ? 0 : PartitionsOfEachKind, low == 0 ? high : low);
    }

    public void BeginCycle()
    {
        (_collecting, _draining) = (_draining, _collecting);
        _collecting.Clear(Shift(_largestAccountId));
        _cursor = default;
        _sortedPartition = -1;
        IsDraining = true;
    }

    /// <summary>The next slots in order, at most <paramref name="count"/>; none at the end of the cycle.</summary>
    public ReadOnlySpan<int> Take(int count)
    {
        while (_cursor.Partition < 2 * PartitionsOfEachKind)
        {
            var slots = _draining.Partition(_cursor.Partition);
            if (_cursor.Index < slots.Length)
            {
                Sort(slots);
                var taken = slots.Slice(_cursor.Index, Math.Min(count, slots.Length - _cursor.Index));
                _cursor = _cursor with { Index = _cursor.Index + taken.Length };
                return taken;
            }

            _cursor = new Cursor(_cursor.Partition + 1, 0);
        }

        return [];
    }

    public void EndCycle() => IsDraining = false;

    /// <summary>So many low bits of an account id are left out to find its partition.</summary>
    private static int Shift(long largestAccountId) =>
        Math.Max(0, BitOperations.Log2((ulong)largestAccountId | 1) + 1 - BitOperations.Log2(PartitionsOfEachKind));

    private void Sort(Span<int> slots)
    {
        if (_sortedPartition == _cursor.Partition)
            return;

        // Only from the start: what a cursor has passed must not be shuffled with what is to come.
        _sortedPartition = _cursor.Partition;
        if (_cursor.Index > 0)
            return;

        if (_keys.Length < slots.Length)
            _keys = new UInt128[(int)BitOperations.RoundUpToPowerOf2((uint)slots.Length)];
        for (var i = 0; i < slots.Length; i++)
        {
            var (low, high) = _heads.KeyOf(slots[i]);
            _keys[i] = new UInt128((ulong)low, (ulong)high);
        }

        _keys.AsSpan(0, slots.Length).Sort(slots);
    }

    internal readonly record struct Cursor(int Partition, int Index);

    private sealed class Side
    {
        private readonly List<int>[] _partitions = [.. Enumerable.Range(0, 2 * PartitionsOfEachKind).Select(_ => new List<int>())];
        private int _shift;

        public int Count { get; private set; }

        public void Add(int slot, int firstPartition, long accountId)
        {
            _partitions[firstPartition + (int)Math.Min(PartitionsOfEachKind - 1, accountId >> _shift)].Add(slot);
            Count++;
        }

        public Span<int> Partition(int index) => CollectionsMarshal.AsSpan(_partitions[index]);

        public void Clear(int shift)
        {
            foreach (var partition in _partitions)
                partition.Clear();
            Count = 0;
            _shift = shift;
        }
    }
}
