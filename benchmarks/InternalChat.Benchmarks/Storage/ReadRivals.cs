using InternalChat.Benchmarks.Protocol;
using InternalChat.Storage;
using InternalChat.Storage.Sqlite;

namespace InternalChat.Benchmarks.Storage;

/// <summary>A log and the same messages in an indexed table, to be read side by side, each time about another target.</summary>
/// <typeparam name="TTarget">Whom or what a read is about.</typeparam>
internal sealed class ReadRivals<TTarget> : IDisposable
{
    private readonly ChatDatabase _database;
    private readonly TTarget[] _targets;
    private int _next;

    /// <param name="users">Of the log; each has two contacts.</param>
    /// <param name="rows">Messages of the log.</param>
    /// <param name="targets">All that are read about, in turn; may ask the indexed table.</param>
    public ReadRivals(int users, int rows, Func<IndexedTable, TTarget[]> targets)
    {
        var log = LogBuilder.Cached(users, contacts: 2, rows);
        var indexed = IndexedTable.Cached(log);
        DatabaseFolder.Warm(log);
        DatabaseFolder.Warm(indexed);
        _database = ChatDatabase.Open(new DatabaseOptions { Path = log });
        Log = _database.CreateReader();
        Indexed = new IndexedTable(indexed);
        _targets = targets(Indexed);
    }

    public IStoreReader Log { get; }

    public IndexedTable Indexed { get; }

    /// <summary>Where both write what they read.</summary>
    public ReadOutput Output { get; } = new();

    /// <summary>Whom the next read is about; nothing is written yet.</summary>
    public TTarget Next()
    {
        Output.Clear();
        _next = _next + 1 == _targets.Length ? 0 : _next + 1;
        return _targets[_next];
    }

    /// <summary>Has every reader read about the same target, so many times about another one.</summary>
    /// <exception cref="InvalidOperationException">They do not all read the same, or not so many messages.</exception>
    public void CheckAlike(int times, int messages, params ReadOnlySpan<Func<int>> readers)
    {
        for (var i = 0; i < times; i++)
        {
            var next = _next;
            byte[]? first = null;
            foreach (var read in readers)
            {
                _next = next;
                Checked.Equal(messages, read());
                Checked.Equal(first ??= Output.Bytes.ToArray(), Output.Bytes);
            }
        }
    }

    public void Dispose()
    {
        Indexed.Dispose();
        Log.Dispose();
        _database.Dispose();
    }
}
