using System.Diagnostics.Metrics;
using InternalChat.Storage.Diagnostics;
using InternalChat.Storage.Files;
using InternalChat.Storage.Heads;
using InternalChat.Storage.Maintenance;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Writing;

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
    private readonly WriteTransaction _transaction;
    private readonly MessageWipe _wipe;

    /// <param name="connection">Of this version and with the writer's settings; it is closed with the writer.</param>
    /// <param name="readers">Of this process, for whom the WAL waits.</param>
    /// <param name="options">The bounds.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For the operator.</param>
    /// <param name="meter">Where the instruments appear; null for nowhere.</param>
    public DatabaseWriter(
        SqliteConnection connection, ReaderGate readers, DatabaseOptions options, TimeProvider time, ILogger logger, Meter? meter)
    {
        var metrics = new StorageMetrics(meter);
        _connection = connection;
        _memory = new WriterMemory(connection, options, time);
        _checkpointer = new Checkpointer(Connections.OpenCheckpointer(options), metrics, time);
        var wal = new WalRecycler(connection, _checkpointer, readers, metrics, time, logger);
        var pace = new UpkeepPace(time);

        _transaction = new WriteTransaction(connection, metrics, time);
        Health = new WriteHealth(_transaction, options.Path, metrics, time, logger);
        var batch = new WriteBatch(_transaction, _memory, Health, wal, pace);

        _wipe = new MessageWipe(connection, _memory.Receipts.Recent);
        Retention = new Retention(connection, _wipe, options.Retention, time, logger);
        var erasure = new Erasure(connection, _wipe, _memory.Heads, wal, time, logger);
        Disk = new LowDiskWatch(options.Path, time, logger) { LowDiskBytes = options.LowDiskBytes };
        var upkeep = new Upkeep(batch, _memory, Health, wal, Disk, pace, metrics, logger, _memory.WriteBehind, Retention, erasure);

        Log = new MessageLog(connection, batch, _memory, upkeep);
        Accounts = new AccountAdministration(connection, batch, Log, erasure);
        if (meter is not null)
            FileGauges.AddTo(meter, options.Path, _memory, wal, Disk, Retention, time);
    }

    public MessageLog Log { get; }

    public AccountAdministration Accounts { get; }

    public Retention Retention { get; }

    public LowDiskWatch Disk { get; }

    public WriteHealth Health { get; }

    /// <summary>For readers, who see the committed ones.</summary>
    public HeadCache Heads => _memory.Heads;

    /// <summary>How many messages were replayed at the start.</summary>
    public long Replayed => _memory.Replayed;

    /// <summary>Closes the file. The last connection to do so copies the WAL and removes it.</summary>
    public void Dispose()
    {
        _checkpointer.Dispose();
        Log.Dispose();
        Retention.Dispose();
        _wipe.Dispose();
        _transaction.Dispose();
        _memory.Dispose();
        _connection.Dispose();
    }

    /// <summary>Makes the disk full at so many pages, for tests; 0 for the page count there is now.</summary>
    public void LimitPages(long pages) => Connections.Pragma(_connection, "max_page_count", pages);
}
