using BenchmarkDotNet.Attributes;
using InternalChat.Storage.Sqlite.Options;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// An append, per row, with a sync for each batch: the one hottest statement alone, which gets ids and predecessors for nothing, and the
/// product's whole append with all that it does beside the statement.
/// </summary>
public class AppendBenchmarks
{
    private const int RowsPerInvocation = 4_096;

    private DatabaseFolder? _folder;
    private IAppender? _appender;
    private MessageStream? _messages;
    private AppendedRow[] _batch = [];

    [Params(1, 16, 256, 1_024, 4_096)]
    public int BatchRows { get; set; }

    /// <summary>How many rows the log has at first. It grows while it is measured.</summary>
    [Params(0)]
    public virtual int RowsBefore { get; set; }

    [GlobalSetup(Target = nameof(Statement))]
    public void SetUpStatement() => SetUp(path => new StatementAppender(path));

    [GlobalSetup(Target = nameof(StoreWriter))]
    public void SetUpStoreWriter() => SetUp(path => new StoreWriterAppender(new DatabaseOptions { Path = path }));

    [GlobalCleanup]
    public void CleanUp()
    {
        _appender?.Dispose();
        _folder?.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = RowsPerInvocation)]
    public void Statement() => Append();

    [Benchmark(OperationsPerInvoke = RowsPerInvocation)]
    public void StoreWriter() => Append();

    private void SetUp(Func<string, IAppender> open)
    {
        // A few acquaintances on an empty log, so that first messages are soon over; many on a large one.
        var (users, contacts) = RowsBefore == 0 ? (500, 2) : (20_000, 20);
        _folder = new DatabaseFolder();
        if (RowsBefore != 0)
            _folder.CopyFrom(LogBuilder.Cached(users, contacts, RowsBefore));
        _messages = new MessageStream(users, contacts, RowsBefore);
        _batch = [.. Enumerable.Range(0, BatchRows).Select(_ => new AppendedRow())];
        _appender = open(_folder.Database);
        Append();
        AppendCheck.LastRows(_folder.Database, _batch);
    }

    private void Append()
    {
        for (var rows = 0; rows < RowsPerInvocation; rows += BatchRows)
        {
            foreach (var row in _batch)
                _messages!.Next(row);
            _appender!.Append(_batch);
        }
    }
}

/// <summary>The same on a log of 5 million messages of 20,000 users with 20 contacts each.</summary>
[BenchmarkCategory(Categories.Large)]
public class LargeAppendBenchmarks : AppendBenchmarks
{
    [Params(5_000_000)]
    public override int RowsBefore { get; set; }
}
