using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>
/// Removes what is older than the limit from the log's old end: finds out how far that reaches (<see cref="OldEnd"/>), as far as it is
/// permitted (<see cref="RetentionState"/>), and goes forward from the oldest message to there. Messages that nobody ever fetched go too.
/// The writer's thread only, but <see cref="Limit"/>, <see cref="Status"/> and <see cref="Confirm"/>.
/// </summary>
internal sealed class Retention : IUpkeepTask, IDisposable
{
    private const int MostRowsInSlice = 1_024;
    private const long ClockTolerance = 3_600;
    private const long NotConfirmed = long.MinValue;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RetentionTable _table;
    private readonly OldestRows _rows;
    private long _limitTicks;
    private long _confirmed = NotConfirmed;
    private TimeSpan _limitOfLook;
    private long? _lastLook;
    private Stage _stage;
    private RetentionState _state;
    private OldEnd? _waiting;
    private OldEnd? _end;
    private long? _toCount;
    private RetentionStatus? _published;
    private long _goneThrough;
    private long _removed;
    private long _undelivered;
    private Slice _slice;

    public Retention(SqliteConnection connection, MessageWipe wipe, TimeSpan? limit, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _table = new RetentionTable(connection);
        _rows = new OldestRows(connection, wipe);
        _state = _table.Read();
        Limit = limit;
    }

    private enum Stage
    {
        /// <summary>Until it is time to look again.</summary>
        Idle,

        /// <summary>What is permitted by now.</summary>
        Looking,

        /// <summary>What waits is being counted.</summary>
        Counting,

        /// <summary>How far the old end reaches within what is permitted.</summary>
        Finding,

        /// <summary>It is being wiped.</summary>
        Wiping,
    }

    /// <summary>How old a message may become; null for any age. Any thread.</summary>
    public TimeSpan? Limit
    {
        get => Volatile.Read(ref _limitTicks) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;
        set => Volatile.Write(ref _limitTicks, value?.Ticks ?? 0);
    }

    /// <summary>How it stands. Any thread.</summary>
    public RetentionStatus Status => Limit is { } limit
        ? (Volatile.Read(ref _published) ?? new RetentionStatus(limit, null, null, null)) with
        {
            Limit = limit,
            Cutoff = Date(CutoffOf(limit)),
        }
        : new RetentionStatus(null, null, null, null);

    /// <summary>See <see cref="ChatDatabase.ConfirmRetention"/>. Any thread.</summary>
    public void Confirm(long cutoff) => Volatile.Write(ref _confirmed, cutoff);

    public bool HasWork(long lastMessageId)
    {
        if (Limit is not { } limit)
            (_stage, _lastLook, _waiting) = (Stage.Idle, null, null);
        else if (_stage == Stage.Idle && IsTimeToLook(limit))
            _stage = Stage.Looking;
        return _stage != Stage.Idle;
    }

    public void WriteSlice(long lastMessageId)
    {
        _slice = new Slice { Began = _time.GetTimestamp(), Next = _stage, State = _state, GoneThrough = _goneThrough };
        // Asked again: an operator may have changed it in the middle of a run, or have set the clock right.
        if (Limit is not { } limit)
            _slice.Next = Stage.Idle;
        else if (_stage == Stage.Looking)
            Look(limit, lastMessageId);
        else if (limit != _limitOfLook || CutoffOf(limit) < _end!.Cutoff - ClockTolerance)
            (_slice.Next, _slice.Ended) = (Stage.Looking, _stage == Stage.Wiping ? _end : null);
        else if (_stage == Stage.Wiping)
            WipeAndDelete();
        else
            Scan();
        if (_slice.State != _state)
            _table.Save(_slice.State);
    }

    public void SliceCommitted()
    {
        var before = _stage;
        (_stage, _state, _goneThrough) = (_slice.Next, _slice.State, _slice.GoneThrough);
        _removed += _slice.Removed;
        _undelivered += _slice.Undelivered;
        if (before == Stage.Looking)
        {
            _lastLook = _slice.Began;
            Interlocked.CompareExchange(ref _confirmed, NotConfirmed, _slice.Confirmed);
        }

        if (before == Stage.Counting)
            _waiting = _slice.Ended;
        if (before == _stage)
            return;
        Report(before, _slice.Ended);
        Publish();
    }

    public void SliceRolledBack() => _stage = Stage.Looking;

    public void Dispose()
    {
        _table.Dispose();
        _rows.Dispose();
    }

    /// <summary>
    /// Often enough that a message outlives the limit by a hundredth, so seldom that a line in the log each time is no burden. While
    /// running time counts, often enough that a restart costs little of it.
    /// </summary>
    private bool IsTimeToLook(TimeSpan limit)
    {
        var longest = _state.CountsTime ? ShortestInterval : LongestInterval;
        var interval = TimeSpan.FromTicks(Math.Clamp(limit.Ticks / 100, ShortestInterval.Ticks, longest.Ticks));
        return _lastLook is not { } lastLook || limit != _limitOfLook || _time.GetElapsedTime(lastLook) >= interval
            || Volatile.Read(ref _confirmed) != NotConfirmed;
    }

    private void Look(TimeSpan limit, long lastMessageId)
    {
        var cutoff = CutoffOf(limit);
        var state = _state;
        _limitOfLook = limit;
        _slice.Confirmed = Volatile.Read(ref _confirmed);
        if (_slice.Confirmed != NotConfirmed)
            state = state.Confirm(Math.Min(cutoff, _slice.Confirmed));
        // Where there is no message there is nothing to be careful with.
        else if (lastMessageId == 0)
            state = state.Confirm(cutoff);

        state = state.Look(cutoff, _lastLook is { } lastLook ? _time.GetElapsedTime(lastLook) : TimeSpan.Zero);
        _slice.State = state;
        var isOther = state.WaitsFor > _state.WaitsFor + ClockTolerance || cutoff < _waiting?.Cutoff - ClockTolerance;
        if (!state.IsWaiting || isOther)
            _waiting = null;
        // Where nothing would go, something may within the hour.
        var counts = state.IsWaiting && (_waiting is null || (_waiting.Messages == 0 && state.Waited.Hours != _state.Waited.Hours));
        _toCount = counts ? cutoff : null;
        if (Math.Min(cutoff, state.Permitted ?? long.MinValue) is var permitted && permitted > (state.Completed ?? long.MinValue))
            BeginScan(Stage.Finding, permitted);
        else
            CountOrEnd();
    }

    private void BeginScan(Stage stage, long cutoff)
    {
        _slice.Next = stage;
        _end = new OldEnd(cutoff, _slice.State.Completed, latest: Now() + ClockTolerance);
        _end.Start(_slice.GoneThrough);
    }

    private void CountOrEnd()
    {
        if (_toCount is { } cutoff)
            BeginScan(Stage.Counting, cutoff);
        else
            _slice.Next = Stage.Idle;
    }

    private void Scan()
    {
        var isEnd = false;
        for (var rows = 0; rows < MostRowsInSlice && IsTimeForMore() && !isEnd && !_end!.IsFound; rows += OldestRows.AtOnce)
        {
            var found = _rows.Read(_end.Position);
            for (var row = 0; row < found.Length && !_end.IsFound; row++)
                _end.Add(found[row]);
            isEnd = found.Length < OldestRows.AtOnce;
        }

        if (!isEnd && !_end!.IsFound)
            return;
        _slice.Ended = _end;
        if (_stage == Stage.Counting)
            _slice.Next = Stage.Idle;
        else if (_end!.Through > _goneThrough)
            _slice.Next = Stage.Wiping;
        else
            Complete(_end);
    }

    private void WipeAndDelete()
    {
        while (_slice.Rows < MostRowsInSlice && IsTimeForMore() && _slice.GoneThrough < _end!.Through)
            WipeOldest();
        _rows.DeleteFarBehind(_slice.GoneThrough);
        if (_slice.GoneThrough < _end!.Through)
            return;
        _slice.Ended = _end;
        Complete(_end);
    }

    private void Complete(OldEnd end)
    {
        // What is still held back is to be found at the next look.
        if (!end.HoldsBack)
            _slice.State = _slice.State.Complete(end.Cutoff);
        CountOrEnd();
    }

    private bool IsTimeForMore() => _time.GetElapsedTime(_slice.Began) < UpkeepPace.SliceTime;

    private void WipeOldest()
    {
        foreach (var row in _rows.Read(_slice.GoneThrough))
        {
            if (row.Id > _end!.Through)
                return;
            if (!row.IsWiped)
            {
                _rows.Wipe(row);
                _slice.Removed++;
                _slice.Undelivered += row.IsUndelivered ? 1 : 0;
            }

            _slice.Rows++;
            _slice.GoneThrough = row.Id;
        }
    }

    private void Report(Stage stage, OldEnd? ended)
    {
        if (ended is null)
            return;
        var (limit, cutoff) = (_limitOfLook, Date(ended.Cutoff));
        if (stage == Stage.Counting && ended.Messages > 0)
            StorageLog.RetentionWaits(_logger, limit, ended.Messages, cutoff, ended.Undelivered, _state.Remaining);
        if (stage == Stage.Wiping && _removed > 0)
        {
            StorageLog.RetentionRun(_logger, _removed, _undelivered, cutoff);
            (_removed, _undelivered) = (0, 0);
        }

        if (stage == Stage.Finding && (ended.HoldsBack || ended.IsFound) && ended.FirstYoung is { } young
            && young.CreatedAt > Now() + ClockTolerance)
        {
            var createdAt = Date(young.CreatedAt);
            StorageLog.RetentionHeldUp(_logger, young.Id, createdAt);
        }
    }

    private void Publish()
    {
        var waiting = _state.WaitsFor is { } cutoff
            ? new RetentionWait(Date(_waiting?.Cutoff ?? cutoff), _waiting?.Messages ?? 0, _waiting?.Undelivered ?? 0, _state.Remaining)
            : null;
        var permitted = _state.Permitted is { } through ? Date(through) : (DateTimeOffset?)null;
        Volatile.Write(ref _published, new RetentionStatus(_limitOfLook, null, permitted, waiting));
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeSeconds();

    private long CutoffOf(TimeSpan limit) => Now() - (long)limit.TotalSeconds;

    /// <summary>What the original wrote was not checked: a time that no calendar has becomes its nearest.</summary>
    private static DateTimeOffset Date(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(
        unixSeconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds()));

    /// <summary>What a slice has done and is not committed yet.</summary>
    private struct Slice
    {
        public long Began;
        public Stage Next;
        public RetentionState State;
        public long Confirmed;
        public OldEnd? Ended;
        public long GoneThrough;
        public int Rows;
        public long Removed;
        public long Undelivered;
    }
}
