using InternalChat.Storage.Sqlite.Files;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>The rows at the log's old end: reads them, wipes them and takes them away. The writer's thread only.</summary>
/// <remarks>
/// A message is wiped in its place first. Rows are deleted only <see cref="WipedRowsKept"/> rows behind that, because SQLite merges the
/// pages that empty with their neighbours: so only wiped rows are ever moved, and no copy of a living one is left behind for a later
/// erasure to miss. Where it stands needs no bookkeeping: after a restart the wiped rows at the front are passed again.
/// </remarks>
internal sealed class OldestRows(SqliteConnection connection, MessageWipe wipe) : IDisposable
{
    /// <summary>So many rows are read at once, unless the log ends before.</summary>
    public const int AtOnce = 64;

    /// <summary>More than three pages can hold, which is how far a merge reaches.</summary>
    private const int WipedRowsKept = 1_024;

    private readonly PreparedStatement _oldest = new(connection, Sql.OldestMessages);
    private readonly PreparedStatement _nthBefore = new(connection, Sql.NthMessageBefore);
    private readonly PreparedStatement _delete = new(connection, Sql.DeleteOldest);
    private readonly OldMessage[] _rows = new OldMessage[AtOnce];

    /// <summary>The next rows behind one; they are good until the next call.</summary>
    public ReadOnlySpan<OldMessage> Read(long after)
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

    public void Wipe(in OldMessage row) => wipe.Wipe(row.Id, row.SenderId, row.RecipientId, leavesMailbox: false);

    /// <summary>Deletes what is wiped, but for the last rows of it.</summary>
    public void DeleteFarBehind(long wipedThrough)
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

    public void Dispose()
    {
        _oldest.Dispose();
        _nthBefore.Dispose();
        _delete.Dispose();
    }
}
