using InternalChat.Storage.Sqlite.Upkeep;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Removal;

/// <summary>
/// Removes what is older than the limit from the log's old end: finds out how far that reaches (<see cref="OldEnd"/>), as far as it is
/// permitted (<see cref="RetentionState"/>), and goes forward from the oldest message to there (<see cref="OldestRows"/>). Messages that
/// nobody ever fetched go too. The writer's thread only, but <see cref="Limit"/>, <see cref="Status"/> and <see cref="Confirm"/>.
/// </summary>
internal sealed class Retention : IUpkeepTask, IDisposable
{
    private const long NotConfirmed = long.MinValue;

    private readonly TimeProvider _time;
    private readonly RetentionClock _clock;
    private readonly RetentionReport _report;
    private readonly RetentionTable _table;
    private readonly OldestRows _rows;
    private long _confirmed = NotConfirmed;
    private Stage _stage;
    private RetentionState _state;
    private OldEnd? _waiting;
    private OldEnd? _end;
    private long? _toCount;
    private long _goneThrough;
    private Slice _slice;

    public Retention(SqliteConnection connection, MessageWipe wipe, TimeSpan? limit, TimeProvider time, ILogger logger)
    {
        _time = time;
        _clock = new RetentionClock(time) { Limit = limit };
        _report = new RetentionReport(_clock, logger);
        _table = new RetentionTable(connection);
        _rows = new OldestRows(connection, wipe, time);
        _state = _table.Read();
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
        get => _clock.Limit;
        set => _clock.Limit = value;
    }

    /// <summary>How it stands. Any thread.</summary>
    public RetentionStatus Status => _report.Status;

    /// <summary>See <see cref="ChatDatabase.ConfirmRetention"/>. Any thread.</summary>
    public void Confirm(long cutoff) => Volatile.Write(ref _confirmed, cutoff);

    public bool HasWork(long lastMessageId)
    {
        if (Limit is not { } limit)
        {
            (_stage, _waiting) = (Stage.Idle, null);
            _clock.Forget();
        }
        else if (_stage == Stage.Idle
            && (_clock.IsTimeToLook(limit, _state.CountsTime) || Volatile.Read(ref _confirmed) != NotConfirmed))
        {
            _stage = Stage.Looking;
        }

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
        else if (limit != _clock.LimitOfLook || _clock.CutoffOf(limit) < _end!.Cutoff - RetentionClock.Tolerance)
            (_slice.Next, _slice.Ended) = (Stage.Looking, _stage == Stage.Wiping ? _end : null);
        else if (_stage == Stage.Wiping)
            Wipe(_end);
        else
            Scan(_end);
        if (_slice.State != _state)
            _table.Save(_slice.State);
    }

    public void SliceCommitted()
    {
        var before = _stage;
        (_stage, _state, _goneThrough) = (_slice.Next, _slice.State, _slice.GoneThrough);
        _report.Removed(_slice.Removed, _slice.Undelivered);
        if (before == Stage.Looking)
        {
            _clock.Looked(_slice.Began);
            Interlocked.CompareExchange(ref _confirmed, NotConfirmed, _slice.Confirmed);
        }

        if (before == Stage.Counting)
            _waiting = _slice.Ended;
        if (before == _stage)
            return;
        if (_slice.Ended is { } ended)
            Report(before, ended);
        _report.Publish(_state, _waiting);
    }

    public void SliceRolledBack() => _stage = Stage.Looking;

    public void Dispose()
    {
        _table.Dispose();
        _rows.Dispose();
    }

    private void Look(TimeSpan limit, long lastMessageId)
    {
        var cutoff = _clock.CutoffOf(limit);
        var state = _state;
        _clock.LookAt(limit);
        _slice.Confirmed = Volatile.Read(ref _confirmed);
        if (_slice.Confirmed != NotConfirmed)
            state = state.Confirm(Math.Min(cutoff, _slice.Confirmed));
        // If there is no message there is nothing to be careful with.
        else if (lastMessageId == 0)
            state = state.Confirm(cutoff);

        state = state.Look(cutoff, _clock.SinceLook);
        _slice.State = state;
        var isOther = state.WaitsFor > _state.WaitsFor + RetentionClock.Tolerance || cutoff < _waiting?.Cutoff - RetentionClock.Tolerance;
        if (!state.IsWaiting || isOther)
            _waiting = null;
        // If nothing would go now, something may within the hour.
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
        _end = new OldEnd(cutoff, _slice.State.Completed, _clock.Latest);
        _end.Start(_slice.GoneThrough);
    }

    private void CountOrEnd()
    {
        if (_toCount is { } cutoff)
            BeginScan(Stage.Counting, cutoff);
        else
            _slice.Next = Stage.Idle;
    }

    private void Scan(OldEnd end)
    {
        if (!_rows.Scan(end, _slice.Began))
            return;
        _slice.Ended = end;
        if (_stage == Stage.Counting)
            _slice.Next = Stage.Idle;
        else if (end.Through > _goneThrough)
            _slice.Next = Stage.Wiping;
        else
            Complete(end);
    }

    private void Wipe(OldEnd end)
    {
        (_slice.GoneThrough, _slice.Removed, _slice.Undelivered) = _rows.Wipe(_slice.GoneThrough, end.Through, _slice.Began);
        if (_slice.GoneThrough < end.Through)
            return;
        _slice.Ended = end;
        Complete(end);
    }

    private void Complete(OldEnd end)
    {
        // What is still held back is to be found at the next look.
        if (!end.HoldsBack)
            _slice.State = _slice.State.Complete(end.Cutoff);
        CountOrEnd();
    }

    private void Report(Stage stage, OldEnd ended)
    {
        if (stage == Stage.Counting)
            _report.Counted(ended, _state);
        else if (stage == Stage.Finding)
            _report.Found(ended);
        else if (stage == Stage.Wiping)
            _report.Wiped(ended);
    }

    /// <summary>What a slice has done and is not committed yet.</summary>
    private struct Slice
    {
        public long Began;
        public Stage Next;
        public RetentionState State;
        public long Confirmed;
        public OldEnd? Ended;
        public long GoneThrough;
        public long Removed;
        public long Undelivered;
    }
}
