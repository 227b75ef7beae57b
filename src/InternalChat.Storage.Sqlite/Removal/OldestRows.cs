using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Upkeep;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Removal;

/// <summary>
/// The rows at the log's old end: goes through them, wipes them and takes them away, a slice at a time. The writer's thread only.
/// </summary>
/// <remarks>
/// A message is wiped in its place first. Rows are deleted only <see cref="WipedRowsKept"/> rows behind that, because SQLite merges the
/// pages that empty with their neighbours: so only wiped rows are ever moved, and no copy of a living one is left behind for a later
/// erasure to miss. Where it stands needs no bookkeeping: after a restart the wiped rows at the front are passed again.
/// </remarks>
internal sealed class OldestRows(SqliteConnection connection, MessageWipe wipe, TimeProvider time) : IDisposable
{
    private const int RowsAtOnce = 64;
    private const int MostRowsInSlice = 1_024;

    /// <summary>More than three pages can hold, which is how far a merge reaches.</summary>
    private const int WipedRowsKept = 1_024;

    private readonly PreparedStatement _oldest = new(connection, RemovalSql.OldestMessages);
    private readonly PreparedStatement _nthBefore = new(connection, RemovalSql.NthMessageBefore);
    private readonly PreparedStatement _delete = new(connection, RemovalSql.DeleteOldest);
    private readonly OldMessage[] _rows = new OldMessage[RowsAtOnce];

    /// <summary>Lets the search for the old end see the next rows.</summary>
    /// <param name="end">The search.</param>
    /// <param name="began">When the slice began.</param>
    /// <returns>Whether the search is over; otherwise the next slice goes on.</returns>
    public bool Scan(OldEnd end, long began)
    {
        for (var rows = 0; rows < MostRowsInSlice && IsTimeForMore(began) && !end.IsFound; rows += RowsAtOnce)
        {
            var found = Read(end.Position);
            for (var row = 0; row < found.Length && !end.IsFound; row++)
                end.Add(found[row]);
            if (found.Length < RowsAtOnce)
                return true;
        }

        return end.IsFound;
    }

    /// <summary>Wipes the next rows, and deletes what lies far enough behind them.</summary>
    /// <param name="after">Up to this row they are gone.</param>
    /// <param name="through">Up to this row they are to go.</param>
    /// <param name="began">When the slice began.</param>
    public WipedRows Wipe(long after, long through, long began)
    {
        var wiped = new WipedRows(after, 0, 0);
        for (var rows = 0; rows < MostRowsInSlice && IsTimeForMore(began) && wiped.Through < through; rows += RowsAtOnce)
        {
            foreach (var row in Read(wiped.Through))
            {
                if (row.Id > through)
                    break;
                wiped = Wipe(row, wiped);
            }
        }

        DeleteFarBehind(wiped.Through);
        return wiped;
    }

    public void Dispose()
    {
        _oldest.Dispose();
        _nthBefore.Dispose();
        _delete.Dispose();
    }

    private bool IsTimeForMore(long began) => time.GetElapsedTime(began) < UpkeepPace.SliceTime;

    private WipedRows Wipe(in OldMessage row, WipedRows before)
    {
        if (row.IsWiped)
            return before with { Through = row.Id };
        wipe.Wipe(row.Id, row.SenderId, row.RecipientId, leavesMailbox: false);
        return new WipedRows(row.Id, before.Messages + 1, before.Undelivered + (row.IsUndelivered ? 1 : 0));
    }

    /// <summary>The next rows behind one; they are good until the next call.</summary>
    private ReadOnlySpan<OldMessage> Read(long after)
    {
        var count = 0;
        _oldest.Bind(1, after).Bind(2, _rows.Length);
        while (_oldest.Step())
        {
            _rows[count++] = new OldMessage(
                _oldest.Int64(0), _oldest.Int64(1), _oldest.Int64(2), _oldest.Int64(3), IsUndelivered: _oldest.Int64(4) != 0);
        }

        _oldest.Reset();
        return _rows.AsSpan(0, count);
    }

    /// <summary>Deletes what is wiped, but for the last rows of it.</summary>
    private void DeleteFarBehind(long wipedThrough)
    {
        var isThere = _nthBefore.Bind(1, wipedThrough).Bind(2, WipedRowsKept).Step();
        var last = isThere ? _nthBefore.Int64(0) : 0;
        _nthBefore.Reset();
        if (!isThere)
            return;

        // There is nothing left in these rows to overwrite, and pages that become free need not be written.
        Connections.SetSecureDelete(connection, false);
        try
        {
            _delete.Bind(1, last).Execute();
        }
        finally
        {
            Connections.SetSecureDelete(connection, true);
        }
    }
}

/// <summary>How far wiping has come.</summary>
/// <param name="Through">Up to this row all are wiped or gone.</param>
/// <param name="Messages">How many messages that took.</param>
/// <param name="Undelivered">How many of them nobody ever got.</param>
internal readonly record struct WipedRows(long Through, long Messages, long Undelivered);
