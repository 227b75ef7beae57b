using InternalChat.Storage.Diagnostics;
using InternalChat.Storage.Files;
using InternalChat.Storage.Writing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Maintenance;

/// <summary>
/// Removes what is older than the limit from the log's old end, and never anything younger: it goes forward from the oldest message and
/// stops at the first that is young enough, whatever the clock did meanwhile. Messages that nobody ever fetched go too. The writer's thread
/// only, but <see cref="Limit"/>.
/// </summary>
/// <remarks>
/// A message is wiped in its place first. Rows are deleted only <see cref="WipedRowsKept"/> rows behind that, because SQLite merges the
/// pages that empty with their neighbours: so only wiped rows are ever moved, and no copy of a living one is left behind for a later
/// erasure to miss. Where it stands needs no bookkeeping: after a restart it passes the wiped rows at the front again.
/// </remarks>
internal sealed class Retention : IUpkeepTask, IDisposable
{
    /// <summary>More than three pages can hold, which is how far a merge reaches.</summary>
    public const int WipedRowsKept = 1_024;

    private const int RowsAtOnce = 64;
    private const int MostRowsInSlice = 1_024;

    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    private readonly SqliteConnection _connection;
    private readonly MessageWipe _wipe;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PreparedStatement _oldest;
    private readonly PreparedStatement _nthBefore;
    private readonly PreparedStatement _delete;
    private readonly OldMessage[] _rows = new OldMessage[RowsAtOnce];
    private long _limitTicks;
    private TimeSpan _limitOfRun;
    private long? _lastRun;
    private bool _isUnderWay;
    private long _cutoff;
    private long _goneThrough;
    private long _removed;
    private long _undelivered;
    private Slice _slice;

    public Retention(SqliteConnection connection, MessageWipe wipe, TimeSpan? limit, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        _wipe = wipe;
        _time = time;
        _logger = logger;
        _oldest = new PreparedStatement(connection, Sql.OldestMessages);
        _nthBefore = new PreparedStatement(connection, Sql.NthMessageBefore);
        _delete = new PreparedStatement(connection, Sql.DeleteOldest);
        Limit = limit;
    }

    /// <summary>How old a message may become; null for any age. Any thread.</summary>
    public TimeSpan? Limit
    {
        get => Volatile.Read(ref _limitTicks) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;
        set => Volatile.Write(ref _limitTicks, value?.Ticks ?? 0);
    }

    public bool HasWork(long lastMessageId)
    {
        if (Limit is not { } limit)
            return false;
        if (_isUnderWay || !IsTimeForRun(limit))
            return _isUnderWay;
        _isUnderWay = true;
        (_removed, _undelivered) = (0, 0);
        return true;
    }

    public void WriteSlice(long lastMessageId)
    {
        var began = _time.GetTimestamp();
        _slice = new Slice { GoneThrough = _goneThrough };
        // Asked again: an operator may have changed it in the middle of a run.
        if (Limit is not { } limit)
            return;
        _limitOfRun = limit;
        _cutoff = _time.GetUtcNow().ToUnixTimeSeconds() - (long)limit.TotalSeconds;
        while (!_slice.IsLast && _slice.Rows < MostRowsInSlice && _time.GetElapsedTime(began) < UpkeepPace.SliceTime)
            WipeOldest();
        DeleteFarBehind();
    }

    public void SliceCommitted()
    {
        _goneThrough = _slice.GoneThrough;
        _removed += _slice.Removed;
        _undelivered += _slice.Undelivered;
        if (!_slice.IsLast)
            return;

        _isUnderWay = false;
        _lastRun = _time.GetTimestamp();
        var cutoff = DateTimeOffset.FromUnixTimeSeconds(_cutoff);
        if (_removed > 0)
            StorageLog.RetentionRun(_logger, _removed, _undelivered, cutoff);
    }

    public void SliceRolledBack() => _slice = default;

    public void Dispose()
    {
        _oldest.Dispose();
        _nthBefore.Dispose();
        _delete.Dispose();
    }

    /// <summary>
    /// Often enough that a message outlives the limit by a hundredth, so seldom that a line in the log each time is no burden.
    /// </summary>
    private bool IsTimeForRun(TimeSpan limit)
    {
        var interval = TimeSpan.FromTicks(Math.Clamp(limit.Ticks / 100, ShortestInterval.Ticks, LongestInterval.Ticks));
        return _lastRun is not { } lastRun || limit != _limitOfRun || _time.GetElapsedTime(lastRun) >= interval;
    }

    private void WipeOldest()
    {
        var count = ReadOldest();
        _slice.IsLast = count < _rows.Length;
        foreach (var row in _rows.AsSpan(0, count))
        {
            if (row.CreatedAt >= _cutoff)
            {
                _slice.IsLast = true;
                ReportFuture(row);
                return;
            }

            if (row.SenderId > 0)
            {
                _wipe.Wipe(row.Id, row.SenderId, row.RecipientId, leavesMailbox: false);
                _slice.Removed++;
                _slice.Undelivered += row.IsUndelivered ? 1 : 0;
            }

            _slice.Rows++;
            _slice.GoneThrough = row.Id;
        }
    }

    private int ReadOldest()
    {
        var count = 0;
        _oldest.Bind(1, _slice.GoneThrough).Bind(2, _rows.Length);
        while (_oldest.Step())
        {
            _rows[count++] = new OldMessage(
                _oldest.Int64(0), _oldest.Int64(1), _oldest.Int64(2), _oldest.Int64(3), IsUndelivered: _oldest.Int64(4) != 0);
        }

        _oldest.Reset();
        return count;
    }

    private void DeleteFarBehind()
    {
        var isThere = _nthBefore.Bind(1, _slice.GoneThrough).Bind(2, WipedRowsKept).Step();
        var last = isThere ? _nthBefore.Int64(0) : 0;
        _nthBefore.Reset();
        if (!isThere)
            return;

        // There is nothing left in these rows to overwrite, and pages that become free need not be written.
        Connections.SetSecureDelete(_connection, false);
        try
        {
            _delete.Bind(1, last).Execute();
        }
        finally
        {
            Connections.SetSecureDelete(_connection, true);
        }
    }

    /// <summary>A message of a clock that ran ahead holds back all that came after it.</summary>
    private void ReportFuture(OldMessage row)
    {
        // What the original wrote was not checked: a time that no calendar has becomes the last one.
        var createdAt = DateTimeOffset.FromUnixTimeSeconds(Math.Min(row.CreatedAt, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
        if (createdAt > _time.GetUtcNow() + ClockTolerance)
            StorageLog.RetentionHeldUp(_logger, row.Id, createdAt);
    }

    private readonly record struct OldMessage(long Id, long CreatedAt, long SenderId, long RecipientId, bool IsUndelivered);

    /// <summary>What a slice has done and is not committed yet.</summary>
    private struct Slice
    {
        public long GoneThrough;
        public int Rows;
        public long Removed;
        public long Undelivered;
        public bool IsLast;
    }
}
