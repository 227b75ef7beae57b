using BenchmarkDotNet.Attributes;
using InternalChat.Benchmarks.Protocol;
using InternalChat.Storage;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// What waits for a user at login, per call: the walk along the mailbox, oldest first and in chunks as a catch-up reads it, against an
/// index over the recipient, the latter also through Dapper. Each call is about another user.
/// </summary>
public class PendingBenchmarks
{
    /// <summary>As a catch-up does.</summary>
    private const int IdsPerChunk = 512;

    private readonly ReadOutput _output = new();
    private readonly long[] _ids = new long[IdsPerChunk];
    private ChatDatabase? _database;
    private LogReader? _reader;
    private IndexedTable? _indexed;
    private (long User, long DeliveredThrough)[] _mailboxes = [];
    private int _next;

    [Params(1, 100, 10_000)]
    public int Pending { get; set; }

    [Params(400_000)]
    public virtual int Rows { get; set; }

    /// <summary>One message in so many is for the same user.</summary>
    protected virtual int Users => 20;

    [GlobalSetup]
    public void SetUp()
    {
        var log = LogBuilder.Cached(Users, contacts: 2, Rows);
        var indexed = IndexedTable.Cached(log);
        DatabaseFolder.Warm(log);
        DatabaseFolder.Warm(indexed);
        _database = ChatDatabase.Open(new DatabaseOptions { Path = log });
        _reader = _database.CreateReader();
        _indexed = new IndexedTable(indexed);
        _mailboxes = [.. Enumerable.Range(1, Users).Select(user => ((long)user, _indexed.MarkBefore(user, Pending)))];

        for (var i = 0; i < 10; i++)
        {
            var next = _next;
            var walked = BackPointers();
            var messages = _output.Bytes.ToArray();
            Checked.Equal(Pending, walked);
            _next = next;
            Checked.Equal(Pending, Index());
            Checked.Equal(messages, _output.Bytes);
            _next = next;
            Checked.Equal(Pending, IndexWithDapper());
            Checked.Equal(messages, _output.Bytes);
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _indexed?.Dispose();
        _reader?.Dispose();
        _database?.Dispose();
    }

    [Benchmark(Baseline = true)]
    public int Index()
    {
        var (user, deliveredThrough) = Next();
        _indexed!.ReadPending(user, deliveredThrough, _output);
        return _output.Messages;
    }

    [Benchmark]
    public int IndexWithDapper()
    {
        var (user, deliveredThrough) = Next();
        _indexed!.QueryPending(user, deliveredThrough, _output);
        return _output.Messages;
    }

    [Benchmark]
    public int BackPointers()
    {
        var (user, deliveredThrough) = Next();
        var walk = _reader!.StartMailboxWalk(user, deliveredThrough, long.MaxValue);
        for (int count; (count = _reader.NextPending(walk, _ids)) > 0;)
            _reader.ReadMessages(_ids.AsSpan(0, count), _output);
        return _output.Messages;
    }

    private (long User, long DeliveredThrough) Next()
    {
        _output.Clear();
        _next = _next + 1 == _mailboxes.Length ? 0 : _next + 1;
        return _mailboxes[_next];
    }
}

/// <summary>The same in a log of 5 million messages, where every message of a mailbox lies on another page.</summary>
[BenchmarkCategory(Categories.Large)]
public class LargePendingBenchmarks : PendingBenchmarks
{
    [Params(5_000_000)]
    public override int Rows { get; set; }

    protected override int Users => 400;
}
