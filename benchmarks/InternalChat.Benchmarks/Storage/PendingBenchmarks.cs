using BenchmarkDotNet.Attributes;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// What waits for a user at login, per call: the walk along the mailbox, oldest first and in chunks as a catch-up reads it, against an
/// index over the recipient, the latter also through Dapper. Each call is about another user.
/// </summary>
public class PendingBenchmarks
{
    private ReadRivals<(long User, long DeliveredThrough)>? _rivals;

    [Params(1, 100, 10_000)]
    public int Pending { get; set; }

    [Params(400_000)]
    public virtual int Rows { get; set; }

    /// <summary>One message in so many is for the same user.</summary>
    protected virtual int Users => 20;

    [GlobalSetup]
    public void SetUp()
    {
        _rivals = new ReadRivals<(long User, long DeliveredThrough)>(
            Users, Rows, indexed => [.. Enumerable.Range(1, Users).Select(user => ((long)user, indexed.MarkBefore(user, Pending)))]);
        _rivals.CheckAlike(times: 10, Pending, BackPointers, Index, IndexWithDapper);
    }

    [GlobalCleanup]
    public void CleanUp() => _rivals?.Dispose();

    [Benchmark(Baseline = true)]
    public int Index()
    {
        var (user, deliveredThrough) = _rivals!.Next();
        _rivals.Indexed.ReadPending(user, deliveredThrough, _rivals.Output);
        return _rivals.Output.Messages;
    }

    [Benchmark]
    public int IndexWithDapper()
    {
        var (user, deliveredThrough) = _rivals!.Next();
        _rivals.Indexed.QueryPending(user, deliveredThrough, _rivals.Output);
        return _rivals.Output.Messages;
    }

    [Benchmark]
    public int BackPointers()
    {
        var (user, deliveredThrough) = _rivals!.Next();
        var cursor = _rivals.Log.ReadMailbox(user, deliveredThrough, long.MaxValue);
        while (_rivals.Log.Read(cursor, _rivals.Output))
        {
        }

        return _rivals.Output.Messages;
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
