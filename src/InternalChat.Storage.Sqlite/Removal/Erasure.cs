using InternalChat.Storage.Sqlite.Accounts;
using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.Heads;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Upkeep;
using InternalChat.Storage.Sqlite.Wal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Removal;

/// <summary>
/// Removes everything about a person from the file, in slices: goes through the whole log once and wipes what the person sent and received,
/// then deletes contacts and conversations, blocks in both directions, and the account; at last the WAL is emptied, which held it all. Each
/// slice notes in <c>erasures</c> how far it got, so a crash costs nothing but the last one. The writer's thread only.
/// </summary>
/// <remarks>
/// The log is gone through by id rather than along the person's conversations: that reads all of it, and finds the messages whatever
/// state the chains are in. The table of accounts may keep, in the free space of a page, a copy of a row that SQLite once moved; so it is
/// written anew at the next start (<see cref="Schema.RewriteUsers"/>).
/// </remarks>
internal sealed class Erasure : IUpkeepTask
{
    private const int IdsAtOnce = 256;
    private const int MostIdsInSlice = 64 * IdsAtOnce;
    private const int ContactsInSlice = 64;
    private const int BlocksInSlice = 4_096;

    private readonly SqliteConnection _connection;
    private readonly MessageWipe _wipe;
    private readonly HeadCache _heads;
    private readonly WalRecycler _wal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<(long Id, long SenderId, long RecipientId)> _found = [];
    private readonly List<(long Low, long High)> _deletedHeads = [];
    private bool _mayBeOrdered = true;
    private Progress? _committed;
    private Progress? _proposed;

    public Erasure(SqliteConnection connection, MessageWipe wipe, HeadCache heads, WalRecycler wal, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        _wipe = wipe;
        _heads = heads;
        _wal = wal;
        _time = time;
        _logger = logger;
    }

    private enum Stage
    {
        Messages,
        Contacts,
        BlocksByOthers,
        Account,
        Wal,
        Complete,
    }

    /// <summary>An erasure is ordered in the open batch, whether or not that is committed.</summary>
    public void Ordered() => _mayBeOrdered = true;

    public bool HasWork(long lastMessageId)
    {
        if (_committed is null && _mayBeOrdered)
            _committed = ReadNext(lastMessageId);
        return _committed is { } progress && (progress.Stage != Stage.Wal || !_wal.IsEmptying);
    }

    public void WriteSlice(long lastMessageId)
    {
        var progress = _committed!.Value;
        _proposed = progress.Stage switch
        {
            Stage.Messages => WipeMessages(progress),
            Stage.Contacts => DeleteContacts(progress),
            Stage.BlocksByOthers => DeleteBlocksByOthers(progress),
            Stage.Account => DeleteAccount(progress),
            _ => Complete(progress),
        };
    }

    public void SliceCommitted()
    {
        foreach (var (low, high) in _deletedHeads)
            _heads.Forget(low, high);
        _deletedHeads.Clear();

        var (before, now) = (_committed!.Value.Stage, _proposed!.Value);
        _committed = now.Stage == Stage.Complete ? null : now;
        if (now.Stage == before)
            return;
        if (before == Stage.Messages)
            StorageLog.ErasureScanned(_logger, now.AccountId, now.Wiped);
        else if (now.Stage == Stage.Wal)
            _wal.BeginEmptying();
        else if (now.Stage == Stage.Complete)
            StorageLog.Erased(_logger, now.AccountId);
    }

    public void SliceRolledBack() => _deletedHeads.Clear();

    private Progress? ReadNext(long lastMessageId)
    {
        using var next = new PreparedStatement(_connection, RemovalSql.NextErasure);
        _mayBeOrdered = next.Step();
        if (!_mayBeOrdered)
            return null;

        // Whatever was appended later is not this person's: the account takes no part any more.
        var progress = new Progress { AccountId = next.Int64(0), ScannedThrough = next.Int64(1), Through = lastMessageId };
        if (next.Int64(2) == 0)
            return progress;
        _wal.BeginEmptying();
        return progress with { Stage = Stage.Wal };
    }

    private Progress WipeMessages(Progress progress)
    {
        var began = _time.GetTimestamp();
        using var find = new PreparedStatement(_connection, RemovalSql.MessagesOfAccount);
        for (var ids = 0; ids < MostIdsInSlice && progress.ScannedThrough < progress.Through; ids += IdsAtOnce)
        {
            var through = Math.Min(progress.ScannedThrough + IdsAtOnce, progress.Through);
            Find(find, progress, through);
            foreach (var (id, sender, recipient) in _found)
                _wipe.Wipe(id, sender, recipient, leavesMailbox: recipient == progress.AccountId);
            progress = progress with { ScannedThrough = through, Wiped = progress.Wiped + _found.Count };
            if (_time.GetElapsedTime(began) >= UpkeepPace.SliceTime)
                break;
        }

        Execute(RemovalSql.SaveErasure, progress.AccountId, progress.ScannedThrough, 0);
        return progress.ScannedThrough < progress.Through ? progress : progress with { Stage = Stage.Contacts };
    }

    private void Find(PreparedStatement find, Progress progress, long through)
    {
        _found.Clear();
        find.Bind(1, progress.ScannedThrough).Bind(2, through).Bind(3, progress.AccountId);
        while (find.Step())
            _found.Add((find.Int64(0), find.Int64(1), find.Int64(2)));
        find.Reset();
    }

    private Progress DeleteContacts(Progress progress)
    {
        using var next = new PreparedStatement(_connection, RemovalSql.NextContact);
        for (var contacts = 0; contacts < ContactsInSlice; contacts++)
        {
            var isThere = next.Bind(1, progress.AccountId).Step();
            var contact = isThere ? next.Int64(0) : 0;
            next.Reset();
            if (!isThere)
                return progress with { Stage = Stage.BlocksByOthers };

            Execute(RemovalSql.DeleteContact, progress.AccountId, contact);
            Execute(RemovalSql.DeleteContact, contact, progress.AccountId);
            DeleteConversation(Math.Min(progress.AccountId, contact), Math.Max(progress.AccountId, contact));
        }

        return progress;
    }

    private void DeleteConversation(long low, long high)
    {
        Execute(RemovalSql.DeleteConversation, low, high);
        _deletedHeads.Add((low, high));
    }

    private Progress DeleteBlocksByOthers(Progress progress)
    {
        using var next = new PreparedStatement(_connection, RemovalSql.NextBlocks);
        var count = 0;
        var blockers = new List<long>();
        next.Bind(1, progress.Blocker).Bind(2, progress.Blocked).Bind(3, BlocksInSlice);
        for (; next.Step(); count++)
        {
            progress = progress with { Blocker = next.Int64(0), Blocked = next.Int64(1) };
            if (progress.Blocked == progress.AccountId)
                blockers.Add(progress.Blocker);
        }

        next.Reset();
        foreach (var blocker in blockers)
            Execute(RemovalSql.DeleteBlock, blocker, progress.AccountId);
        return count == BlocksInSlice ? progress : progress with { Stage = Stage.Account };
    }

    private Progress DeleteAccount(Progress progress)
    {
        Execute(RemovalSql.DeleteBlocksBy, progress.AccountId);
        Execute(RemovalSql.DeleteMailbox, progress.AccountId);
        Execute(AccountSql.ForgetNetworks, progress.AccountId);
        Execute(RemovalSql.DeleteUser, progress.AccountId);
        Execute(RemovalSql.OrderUsersRewrite);
        Execute(RemovalSql.SaveErasure, progress.AccountId, progress.ScannedThrough, 1);
        _deletedHeads.Add((0, progress.AccountId));
        return progress with { Stage = Stage.Wal };
    }

    private Progress Complete(Progress progress)
    {
        Execute(RemovalSql.DeleteErasure, progress.AccountId);
        return progress with { Stage = Stage.Complete };
    }

    private void Execute(string sql, params ReadOnlySpan<long> values)
    {
        using var statement = new PreparedStatement(_connection, sql);
        for (var i = 0; i < values.Length; i++)
            statement.Bind(i + 1, values[i]);
        statement.Execute();
    }

    private readonly record struct Progress
    {
        public required long AccountId { get; init; }

        public Stage Stage { get; init; }

        /// <summary>The log is gone through up to this message.</summary>
        public required long ScannedThrough { get; init; }

        /// <summary>The log is to be gone through up to this message.</summary>
        public required long Through { get; init; }

        public long Wiped { get; init; }

        /// <summary>The last row seen of all blocks.</summary>
        public long Blocker { get; init; }

        public long Blocked { get; init; }
    }
}
