using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Upkeep;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Accounts;

/// <summary>
/// From which networks accounts have logged in, the newest 16 of each, known by a mark that the engine makes. Written behind: a login
/// neither waits for it nor fails with it, and after a crash those of the last moment are missing. The writer's thread only.
/// </summary>
internal sealed class KnownNetworks : IUpkeepTask, IDisposable
{
    private const int NetworksOfAccount = 16;
    private const int RowsInSlice = 1_024;
    private const int MostWaiting = 65_536;

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly PreparedStatement _note;
    private readonly PreparedStatement _trim;
    private readonly PreparedStatement _forget;
    private readonly Dictionary<(long AccountId, long Mark), long> _waiting = [];
    private readonly List<(long AccountId, long Mark)> _written = [];
    private long _waitingSince;

    public KnownNetworks(SqliteConnection connection, TimeProvider time)
    {
        _time = time;
        _note = new PreparedStatement(connection, AccountSql.NoteNetwork);
        _trim = new PreparedStatement(connection, AccountSql.TrimNetworks);
        _forget = new PreparedStatement(connection, AccountSql.ForgetNetworks);
    }

    public void Note(long accountId, long mark, long now)
    {
        if (_waiting.Count == 0)
            _waitingSince = _time.GetTimestamp();
        // Whatever is too much is noted at its next login.
        if (_waiting.Count < MostWaiting)
            _waiting[(accountId, mark)] = now;
    }

    /// <summary>As part of the open batch.</summary>
    public void Forget(long accountId)
    {
        foreach (var waiting in _waiting.Keys)
        {
            if (waiting.AccountId == accountId)
                _waiting.Remove(waiting);
        }

        _forget.Bind(1, accountId).Execute();
    }

    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>Many logins share a slice.</summary>
    public bool HasWork(long lastMessageId) =>
        _waiting.Count >= RowsInSlice || (HasWaiting && _time.GetElapsedTime(_waitingSince) >= Delay);

    public void WriteSlice(long lastMessageId)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        foreach (var (known, seenAt) in _waiting.Take(RowsInSlice))
        {
            _note.Bind(1, known.AccountId).Bind(2, known.Mark).Bind(3, seenAt).Execute();
            _trim.Bind(1, known.AccountId).Bind(2, NetworksOfAccount).Bind(3, now).Execute();
            _written.Add(known);
        }
    }

    public void SliceCommitted()
    {
        foreach (var known in _written)
            _waiting.Remove(known);
        _written.Clear();
    }

    public void SliceRolledBack() => _written.Clear();

    public void Dispose()
    {
        _note.Dispose();
        _trim.Dispose();
        _forget.Dispose();
    }
}
