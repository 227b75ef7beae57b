using System.Diagnostics;
using System.Numerics;

namespace InternalChat.Storage.Sqlite.Heads;

/// <summary>
/// The newest message of every mailbox and conversation that is in use, and how far each mailbox is delivered: what the tables will hold,
/// ahead of them. A mailbox is kept as the conversation of nobody (0) with its owner.
/// <para>
/// The writer's thread owns it. What a batch changes is <em>pending</em> until <see cref="Commit"/> or <see cref="Rollback"/>; readers see
/// committed heads only, through <see cref="TryGetCommitted(long, long, out long)"/>, from any thread, under a short lock that the writer
/// takes only where it changes what they can see. A head that the tables do not have yet is never evicted; of the others the least used
/// make room (CLOCK).
/// A reader that misses here finds the truth in the table: a head is evicted only after it was committed there.
/// </para>
/// </summary>
internal sealed class HeadCache
{
    private const int EvictionSteps = 128;
    private const long UnknownDelivered = -1;

    private readonly Lock _gate = new();
    private readonly int _limit;
    private readonly List<int> _touched = new(2_048);
    private int[] _buckets = new int[1_024];
    private Slot[] _slots = new Slot[1_024];
    private int _count;
    private int _hand;

    public HeadCache(int cleanHeads)
    {
        _limit = cleanHeads;
        Array.Fill(_buckets, -1);
    }

    [Flags]
    private enum SlotFlags : byte
    {
        None = 0,

        /// <summary>Used since the hand of the clock came by.</summary>
        Used = 1,

        /// <summary>The tables do not have the committed head.</summary>
        HeadIsDirty = 2,

        /// <summary>The tables do not have the delivered mark.</summary>
        MarkIsDirty = 4,
    }

    /// <summary>How many heads are held, dirty ones included.</summary>
    public int Count => _count;

    /// <summary>
    /// The slot of a key; negative where it is not held. It stays the key's while it is moved or dirty, else until the next
    /// <see cref="Add"/>.
    /// </summary>
    public int Find(long low, long high)
    {
        var slot = Search(low, high);
        if (slot >= 0)
            _slots[slot].Flags |= SlotFlags.Used;
        return slot;
    }

    /// <summary>Holds a key that <see cref="Find"/> did not know.</summary>
    /// <param name="low">0 for a mailbox.</param>
    /// <param name="high">The mailbox's owner, or the higher of the two.</param>
    /// <param name="committed">Its newest committed message; 0 for none.</param>
    /// <param name="delivered">The delivered mark, or null where it was not looked up.</param>
    /// <param name="writers">Who has written, as far as that was noted; of a conversation.</param>
    public int Add(long low, long high, long committed, long? delivered, Writers writers = Writers.None)
    {
        Debug.Assert(Search(low, high) < 0, "A head has one slot.");
        lock (_gate)
        {
            var slot = _count >= _limit ? Evict() : -1;
            if (slot < 0)
            {
                if (_count == _slots.Length)
                    Grow();
                slot = _count++;
            }

            var bucket = Bucket(low, high);
            _slots[slot] = new Slot
            {
                Low = low,
                High = high,
                Committed = committed,
                Delivered = delivered ?? UnknownDelivered,
                Next = _buckets[bucket],
                Flags = SlotFlags.Used,
                Writers = writers,
            };
            _buckets[bucket] = slot;
            return slot;
        }
    }

    /// <summary>A committed head, from any thread.</summary>
    public bool TryGetCommitted(long low, long high, out long messageId) => TryGetCommitted(low, high, out messageId, out _);

    /// <summary>A conversation's committed head and who has written in it as far as that is noted here, from any thread.</summary>
    public bool TryGetCommitted(long low, long high, out long messageId, out Writers writers)
    {
        lock (_gate)
        {
            // Not Find: the flags belong to the writer, who changes them without the lock.
            var slot = Search(low, high);
            (messageId, writers) = slot >= 0 ? (_slots[slot].Committed, _slots[slot].Writers) : (0, Writers.None);
            return slot >= 0;
        }
    }

    public (long Low, long High) KeyOf(int slot) => (_slots[slot].Low, _slots[slot].High);

    public long Committed(int slot) => _slots[slot].Committed;

    /// <summary>Who has written in the conversation, committed.</summary>
    public Writers WritersOf(int slot) => _slots[slot].Writers;

    /// <summary>The newest message as the open batch sees it.</summary>
    public long Newest(int slot) => _slots[slot].Pending != 0 ? _slots[slot].Pending : _slots[slot].Committed;

    /// <summary>How far the mailbox is delivered; null where that was not looked up.</summary>
    public long? Delivered(int slot) => _slots[slot].Delivered == UnknownDelivered ? null : _slots[slot].Delivered;

    public void SetDelivered(int slot, long messageId) => _slots[slot].Delivered = messageId;

    /// <summary>Moves the head within the open batch.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="messageId">The new head.</param>
    /// <param name="writers">Who has written, in addition to those of before; of a conversation.</param>
    public void Move(int slot, long messageId, Writers writers = Writers.None)
    {
        ref var moved = ref _slots[slot];
        if (moved.Pending == 0)
            _touched.Add(slot);
        moved.Pending = messageId;
        moved.PendingWriters |= writers;
    }

    /// <summary>Makes the batch's heads the committed ones; those that were clean are handed to <paramref name="dirty"/>.</summary>
    public void Commit(DirtySet dirty)
    {
        lock (_gate)
        {
            foreach (var slot in _touched)
            {
                ref var moved = ref _slots[slot];
                Debug.Assert(moved.Pending != 0, "What is touched is pending.");
                moved.Committed = moved.Pending;
                moved.Pending = 0;
                moved.Writers |= moved.PendingWriters;
                moved.PendingWriters = Writers.None;
            }
        }

        foreach (var slot in _touched)
            MarkHeadDirty(slot, dirty);
        _touched.Clear();
    }

    /// <summary>Forgets the batch's heads.</summary>
    public void Rollback()
    {
        foreach (var slot in _touched)
        {
            _slots[slot].Pending = 0;
            _slots[slot].PendingWriters = Writers.None;
        }

        _touched.Clear();
    }

    /// <summary>Takes a head from the log's tail at the start, before there are readers.</summary>
    public void Replay(int slot, long messageId, Writers writers, DirtySet dirty)
    {
        _slots[slot].Committed = messageId;
        _slots[slot].Writers |= writers;
        MarkHeadDirty(slot, dirty);
    }

    /// <summary>Says that the delivered mark must be written.</summary>
    public void MarkDelivered(int slot, DirtySet dirty)
    {
        if ((_slots[slot].Flags & SlotFlags.MarkIsDirty) != 0)
            return;
        _slots[slot].Flags |= SlotFlags.MarkIsDirty;
        dirty.Add(slot);
    }

    public bool IsHeadDirty(int slot) => (_slots[slot].Flags & SlotFlags.HeadIsDirty) != 0;

    public bool IsMarkDirty(int slot) => (_slots[slot].Flags & SlotFlags.MarkIsDirty) != 0;

    /// <summary>The tables have what the slot holds, committed.</summary>
    public void MarkWritten(int slot) => _slots[slot].Flags &= ~(SlotFlags.HeadIsDirty | SlotFlags.MarkIsDirty);

    /// <summary>Forgets a head that was deleted from the table for good, and what was to be written there. No batch is open.</summary>
    public void Forget(long low, long high)
    {
        var slot = Search(low, high);
        if (slot < 0)
            return;
        Debug.Assert(_slots[slot].Pending == 0, "No batch is open.");
        MarkWritten(slot);
        _slots[slot].Delivered = 0;
        lock (_gate)
        {
            _slots[slot].Committed = 0;
            _slots[slot].Writers = Writers.None;
        }
    }

    private void MarkHeadDirty(int slot, DirtySet dirty)
    {
        if ((_slots[slot].Flags & SlotFlags.HeadIsDirty) != 0)
            return;
        _slots[slot].Flags |= SlotFlags.HeadIsDirty;
        dirty.Add(slot);
    }

    private int Search(long low, long high)
    {
        var slot = _buckets[Bucket(low, high)];
        while (slot >= 0 && (_slots[slot].High != high || _slots[slot].Low != low))
            slot = _slots[slot].Next;
        return slot;
    }

    private int Bucket(long low, long high)
    {
        // Fibonacci hashing: the multiplications spread consecutive ids, the top bits are the best mixed.
        var hash = ((ulong)low * 0x9E3779B97F4A7C15 + (ulong)high) * 0xD6E8FEB86659FD93;
        return (int)(hash >> (64 - BitOperations.Log2((uint)_buckets.Length)));
    }

    private int Evict()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread, "Readers search.");
        for (var step = 0; step < EvictionSteps; step++)
        {
            var slot = _hand;
            _hand = _hand + 1 == _count ? 0 : _hand + 1;
            ref var candidate = ref _slots[slot];
            if (candidate.Pending != 0 || (candidate.Flags & (SlotFlags.HeadIsDirty | SlotFlags.MarkIsDirty)) != 0)
                continue;
            if ((candidate.Flags & SlotFlags.Used) != 0)
            {
                candidate.Flags &= ~SlotFlags.Used;
                continue;
            }

            Unlink(slot);
            return slot;
        }

        return -1;
    }

    private void Unlink(int slot)
    {
        ref var link = ref _buckets[Bucket(_slots[slot].Low, _slots[slot].High)];
        while (link != slot)
            link = ref _slots[link].Next;
        link = _slots[slot].Next;
    }

    private void Grow()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread, "Readers search.");
        Array.Resize(ref _slots, _slots.Length * 2);
        _buckets = new int[_slots.Length];
        Array.Fill(_buckets, -1);
        for (var slot = 0; slot < _count; slot++)
        {
            ref var moved = ref _slots[slot];
            var bucket = Bucket(moved.Low, moved.High);
            moved.Next = _buckets[bucket];
            _buckets[bucket] = slot;
        }
    }

    private struct Slot
    {
        public long Low;
        public long High;
        public long Committed;
        public long Pending;
        public long Delivered;
        public int Next;
        public SlotFlags Flags;
        public Writers Writers;
        public Writers PendingWriters;
    }
}
