using BenchmarkDotNet.Attributes;
using Dapper;
using InternalChat.Benchmarks.Protocol;
using InternalChat.Benchmarks.Storage.Appenders;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// Why the log has no secondary index: appending 1,000 rows a batch, per row, with 0, 1 and 2 of them. 20,000 users with 20 contacts each
/// write in random order, so each row falls on another page of an index. On the empty log every iteration begins with an empty one.
/// </summary>
public class IndexBenchmarks
{
    private const int RowsPerInvocation = 50_000;
    private const int Users = 20_000;
    private const int Contacts = 20;
    private const string ByRecipient = "CREATE INDEX by_recipient ON messages (recipient_id, sender_id)";
    private const string BySender = "CREATE INDEX by_sender ON messages (sender_id, recipient_id)";

    private readonly AppendedRow[] _batch = [.. Enumerable.Range(0, 1_000).Select(_ => new AppendedRow())];
    private string _source = "";
    private DatabaseFolder? _folder;
    private MessageStream? _messages;
    private BoundAppender? _appender;

    /// <summary>How many rows the log has at first. Where it is not empty it grows by 50,000 with each iteration.</summary>
    [Params(0)]
    public virtual int RowsBefore { get; set; }

    [GlobalSetup(Target = nameof(NoIndex))]
    public void SetUpNoIndex() => SetUp();

    [GlobalSetup(Target = nameof(OneIndex))]
    public void SetUpOneIndex() => SetUp(ByRecipient);

    [GlobalSetup(Target = nameof(TwoIndexes))]
    public void SetUpTwoIndexes() => SetUp(ByRecipient, BySender);

    [IterationSetup]
    public void EmptyTheLog()
    {
        if (RowsBefore == 0)
            Reopen();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _appender?.Dispose();
        _folder?.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = RowsPerInvocation)]
    public void NoIndex() => Append(RowsPerInvocation);

    [Benchmark(OperationsPerInvoke = RowsPerInvocation)]
    public void OneIndex() => Append(RowsPerInvocation);

    [Benchmark(OperationsPerInvoke = RowsPerInvocation)]
    public void TwoIndexes() => Append(RowsPerInvocation);

    private void SetUp(params string[] indexes)
    {
        _folder = new DatabaseFolder();
        _source = DatabaseFolder.Cached(
            $"log-{RowsBefore}-users-{Users}-contacts-{Contacts}-indexes-{indexes.Length}",
            path => LogBuilder.Build(path, new MessageStream(Users, Contacts), RowsBefore, indexes: indexes));
        Reopen();
        Append(_batch.Length);
        AppendCheck.LastRows(_folder.Database, _batch);
        using var connection = Rivals.OpenReader(_folder.Database);
        Checked.Equal(
            indexes.Length,
            connection.QuerySingle<int>("SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'messages'"));
    }

    private void Reopen()
    {
        _appender?.Dispose();
        _folder!.CopyFrom(_source);
        _messages = new MessageStream(Users, Contacts, RowsBefore);
        _appender = new BoundAppender(_folder.Database);
    }

    private void Append(int rows)
    {
        for (var appended = 0; appended < rows; appended += _batch.Length)
        {
            foreach (var row in _batch)
                _messages!.Next(row);
            _appender!.Append(_batch);
        }
    }
}

/// <summary>The same on logs whose indexes no longer fit into the writer's page cache.</summary>
[BenchmarkCategory(Categories.Large)]
public class LargeIndexBenchmarks : IndexBenchmarks
{
    [Params(1_000_000, 5_000_000)]
    public override int RowsBefore { get; set; }
}
