using System.Diagnostics.Metrics;
using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Heads;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.Storage.Sqlite.Removal;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Upkeep;
using InternalChat.Storage.Sqlite.Wal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Writing;

/// <summary>
/// Everything that writes to an open database, put together and ended here: the log with its batch, what is kept in memory beside it, the
/// copying of the WAL, and what is done between batches. Made on any thread; then the writer's thread only, but what
/// <see cref="Retention"/> and <see cref="Disk"/> are told and asked, <see cref="Health"/> and the committed heads.
/// </summary>
internal sealed class DatabaseWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Checkpointer _checkpointer;
    private readonly WriterMemory _memory;
    private readonly DatabasePresence _presence;
    private readonly WalLineage _lineage;
    private readonly WriteTransaction _transaction;
    private readonly MessageWipe _wipe;

    /// <param name="connection">Of this version and with the writer's settings; it is closed with the writer.</param>
    /// <param name="claim">On the file; stays the caller's.</param>
    /// <param name="readers">Of this process, for whom the WAL waits.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For the operator.</param>
    /// <param name="meter">Where the instruments appear; null for nowhere.</param>
    public DatabaseWriter(
        SqliteConnection connection, FileClaim claim, ReaderGate readers, DatabaseOptions options, TimeProvider time, ILogger logger,
        Meter? meter)
    {
        var metrics = new StorageMetrics(meter);
        _connection = connection;
        _memory = new WriterMemory(connection, options, time);
        _checkpointer = new Checkpointer(metrics, time);
        _lineage = new WalLineage(connection, options.Path);
        var wal = new WalRecycler(connection, _checkpointer, readers, _lineage, metrics, time, logger);
        var pace = new UpkeepPace(time);

        _presence = new DatabasePresence(options.Path, claim, time, logger);
        _transaction = new WriteTransaction(connection, metrics, time);
        Health = new WriteHealth(_transaction, _presence, options.Path, metrics, time, logger);
        var batch = new WriteBatch(_transaction, _memory, _presence, Health, wal, _lineage, pace);

        _wipe = new MessageWipe(connection, _memory.Receipts.Recent.Forget);
        Retention = new Retention(connection, _wipe, options.Retention, time, logger);
        var erasure = new Erasure(connection, _wipe, _memory.Heads, wal, time, logger);
        Disk = new LowDiskWatch(options.Path, time, logger) { LowDiskBytes = options.LowDiskBytes };
        var upkeep = new UpkeepTurns(
            batch, _memory, Health, wal, _presence, Disk, pace, metrics, logger, _memory.WriteBehind, _memory.KnownNetworks, Retention,
            erasure);

        Store = new StoreWriter(connection, batch, _memory, upkeep, erasure, Disk);
        if (meter is not null)
            FileGauges.AddTo(meter, options.Path, _memory, wal, Disk, Retention);
        // Last: if anything before fails, there is no thread, no second connection and no open file that would outlive this.
        _presence.Begin();
        _checkpointer.Start(Connections.OpenCheckpointer(options));
    }

    public StoreWriter Store { get; }

    public Retention Retention { get; }

    public LowDiskWatch Disk { get; }

    public WriteHealth Health { get; }

    /// <summary>For readers, who see the committed ones.</summary>
    public HeadCache Heads => _memory.Heads;

    /// <summary>How many messages were replayed at the start.</summary>
    public long Replayed => _memory.Replayed;

    /// <summary>
    /// Closes the file. The last connection to do so, which is the writer's, copies the WAL and removes it by its name; not when that name
    /// may be another file's by now.
    /// </summary>
    public void Dispose()
    {
        _presence.LookNow();
        _checkpointer.Dispose();
        Store.Dispose();
        Retention.Dispose();
        _wipe.Dispose();
        _transaction.Dispose();
        _lineage.Dispose();
        _memory.Dispose();
        if (_presence.Absence is not null)
            LeaveBehind();
        _connection.Dispose();
        _presence.Dispose();
    }

    /// <summary>
    /// SQLite copies nothing into a database that has lost its name, so what was moved away would lack the last messages. Into one that was
    /// overwritten nothing may be copied.
    /// </summary>
    private void LeaveBehind()
    {
        Connections.KeepWal(_connection);
        if (_presence.IsOverwritten)
            return;
        try
        {
            Checkpointer.Checkpoint(_connection, raw.SQLITE_CHECKPOINT_TRUNCATE, Connections.BusyMilliseconds);
        }
        catch (StorageException)
        {
            // They stay in the WAL.
        }
    }

    /// <summary>Makes the disk full at so many pages, for tests; 0 for the page count there is now.</summary>
    public void LimitPages(long pages) => Connections.Pragma(_connection, "max_page_count", pages);
}
