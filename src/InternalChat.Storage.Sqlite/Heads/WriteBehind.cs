using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Upkeep;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Heads;

/// <summary>
/// Writes heads and delivered marks to their tables some time after they changed, in key order and in small slices.
/// <para>
/// Guarantee: when a cycle over the heads has been committed, the tables hold every head of the log up to where it stood when the cycle
/// began, and <c>state.heads_through</c> says so. What the log has beyond is replayed at the next start, which is why a cycle begins
/// at least every <see cref="RowsBetweenCycles"/> messages and gets two rows done for each message that comes in meanwhile (a message
/// dirties two heads): the tail never exceeds two such stretches.
/// </para>
/// </summary>
internal sealed class WriteBehind : IUpkeepTask, IDisposable
{
    private const int SliceRows = 1_024;
    private const long RowsBetweenCycles = 200_000;

    private static readonly TimeSpan HeadsDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MarksDelay = TimeSpan.FromMilliseconds(250);

    private readonly HeadCache _heads;
    private readonly TimeProvider _time;
    private readonly PreparedStatement _writeConversation;
    private readonly PreparedStatement _writeMailboxHead;
    private readonly PreparedStatement _writeMailbox;
    private readonly PreparedStatement _writeState;
    private readonly List<int> _written = new(SliceRows);

    private DirtySet.Cursor _headsBefore;
    private DirtySet.Cursor _marksBefore;
    private bool _endsHeads;
    private bool _endsMarks;
    private long _cycleThrough;
    private long _headsDirtySince;
    private long _marksDirtySince;
    private long _credit;
    private bool _isHurried;

    public WriteBehind(SqliteConnection connection, HeadCache heads, TimeProvider time, long headsThrough, long largestAccountId)
    {
        _heads = heads;
        _time = time;
        DirtyHeads = new DirtySet(heads, largestAccountId);
        DirtyMarks = new DirtySet(heads, largestAccountId);
        HeadsThrough = _cycleThrough = headsThrough;
        _writeConversation = new PreparedStatement(connection, HeadSql.WriteConversation);
        _writeMailboxHead = new PreparedStatement(connection, HeadSql.WriteMailboxHead);
        _writeMailbox = new PreparedStatement(connection, HeadSql.WriteMailbox);
        _writeState = new PreparedStatement(connection, HeadSql.WriteState);
    }

    public DirtySet DirtyHeads { get; }

    public DirtySet DirtyMarks { get; }

    /// <summary>The tables hold every head of the log up to this message.</summary>
    public long HeadsThrough { get; private set; }

    public void MarkDelivered(int slot)
    {
        if (DirtyMarks.Collected == 0)
            _marksDirtySince = _time.GetTimestamp();
        _heads.MarkDelivered(slot, DirtyMarks);
    }

    /// <summary>Makes the heads of the batch that was just committed the committed ones.</summary>
    public void HeadsCommitted(long rows)
    {
        var wereClean = DirtyHeads.Collected == 0;
        _heads.Commit(DirtyHeads);
        if (wereClean && DirtyHeads.Collected > 0)
            _headsDirtySince = _time.GetTimestamp();
        if (DirtyHeads.IsDraining)
            _credit += 2 * rows;
    }

    /// <summary>
    /// How many rows a batch that is about to be committed must carry along so that cycles end in time; 0 for most batches.
    /// </summary>
    public int RowsDue(long lastMessageId)
    {
        BeginDueCycles(lastMessageId);
        if (DirtyMarks.IsDraining)
            return SliceRows;
        return DirtyHeads.IsDraining && _credit >= SliceRows ? (int)Math.Min(_credit, 4 * SliceRows) : 0;
    }

    /// <summary>From now on whatever waits is due, in larger slices: for an orderly end.</summary>
    public void Hurry() => _isHurried = true;

    public bool HasWork(long lastMessageId)
    {
        BeginDueCycles(lastMessageId);
        return IsUnderWay;
    }

    public void WriteSlice(long lastMessageId) => WriteRows(_isHurried ? 4 * SliceRows : SliceRows, lastMessageId);

    /// <summary>Writes what is next in order within the transaction that is open.</summary>
    /// <param name="rows">At most so many.</param>
    /// <param name="lastMessageId">The last message that this transaction commits.</param>
    public void WriteRows(int rows, long lastMessageId)
    {
        _headsBefore = DirtyHeads.Position;
        _marksBefore = DirtyMarks.Position;
        _endsMarks = DirtyMarks.IsDraining && Drain(DirtyMarks, rows);
        _endsHeads = DirtyHeads.IsDraining && Drain(DirtyHeads, rows - _written.Count);
        if (_endsHeads)
            _writeState.Bind(1, lastMessageId).Bind(2, _cycleThrough).Execute();
    }

    public void SliceCommitted()
    {
        foreach (var slot in _written)
            _heads.MarkWritten(slot);
        _credit = Math.Max(0, _credit - _written.Count);
        _written.Clear();

        if (_endsMarks)
        {
            DirtyMarks.EndCycle();
            _marksDirtySince = _time.GetTimestamp();
        }

        if (_endsHeads)
        {
            DirtyHeads.EndCycle();
            HeadsThrough = _cycleThrough;
            _headsDirtySince = _time.GetTimestamp();
        }

        _endsMarks = _endsHeads = false;
    }

    public void SliceRolledBack()
    {
        DirtyHeads.Position = _headsBefore;
        DirtyMarks.Position = _marksBefore;
        _written.Clear();
        _endsMarks = _endsHeads = false;
    }

    public void Dispose()
    {
        _writeConversation.Dispose();
        _writeMailboxHead.Dispose();
        _writeMailbox.Dispose();
        _writeState.Dispose();
    }

    /// <summary>Whether a cycle is in the middle of being written.</summary>
    private bool IsUnderWay => DirtyHeads.IsDraining || DirtyMarks.IsDraining;

    /// <summary>Begins the cycles whose time has come.</summary>
    private void BeginDueCycles(long lastMessageId)
    {
        if (!DirtyMarks.IsDraining && DirtyMarks.Collected > 0 && (_isHurried || _time.GetElapsedTime(_marksDirtySince) >= MarksDelay))
            DirtyMarks.BeginCycle();

        if (!DirtyHeads.IsDraining && DirtyHeads.Collected > 0
            && (_isHurried || lastMessageId - _cycleThrough >= RowsBetweenCycles || _time.GetElapsedTime(_headsDirtySince) >= HeadsDelay))
        {
            DirtyHeads.BeginCycle();
            _cycleThrough = lastMessageId;
            _credit = 0;
        }
    }

    /// <returns>Whether the cycle's end was reached.</returns>
    private bool Drain(DirtySet dirty, int rows)
    {
        var end = _written.Count + rows;
        while (_written.Count < end)
        {
            var slots = dirty.Take(end - _written.Count);
            if (slots.IsEmpty)
                return true;
            foreach (var slot in slots)
                Write(slot);
        }

        return false;
    }

    private void Write(int slot)
    {
        // A slot may have been written by the other set's cycle, and even serve another key by now.
        if (!_heads.IsHeadDirty(slot) && !_heads.IsMarkDirty(slot))
            return;

        _written.Add(slot);
        var (low, high) = _heads.KeyOf(slot);
        if (low != 0)
            _writeConversation.Bind(1, low).Bind(2, high).Bind(3, _heads.Committed(slot)).Bind(4, (long)_heads.WritersOf(slot)).Execute();
        else if (_heads.Delivered(slot) is { } delivered)
            _writeMailbox.Bind(1, high).Bind(2, _heads.Committed(slot)).Bind(3, delivered).Execute();
        else
            _writeMailboxHead.Bind(1, high).Bind(2, _heads.Committed(slot)).Execute();
    }
}
