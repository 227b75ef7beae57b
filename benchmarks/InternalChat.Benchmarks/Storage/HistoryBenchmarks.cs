using BenchmarkDotNet.Attributes;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// HISTORY, per call: the walk along the back-pointers against an index over the conversation, the latter also through Dapper. Each call is
/// about another conversation; a conversation's messages lie scattered over the whole log.
/// </summary>
public class HistoryBenchmarks
{
    /// <summary>Enough that nobody's conversation is shorter than the longest history.</summary>
    private const int MessagesPerConversation = 400;

    private ReadRivals<(long UserA, long UserB)>? _rivals;

    [Params(20, 200)]
    public int Limit { get; set; }

    [Params(200_000)]
    public virtual int Rows { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var users = Rows / MessagesPerConversation;
        _rivals = new ReadRivals<(long UserA, long UserB)>(users, Rows, _ => Conversations(users));
        _rivals.CheckAlike(times: 100, Limit, BackPointers, Index, IndexWithDapper);
    }

    [GlobalCleanup]
    public void CleanUp() => _rivals?.Dispose();

    [Benchmark(Baseline = true)]
    public int Index()
    {
        var (userA, userB) = _rivals!.Next();
        _rivals.Indexed.ReadHistory(userA, userB, Limit, _rivals.Output);
        return _rivals.Output.Messages;
    }

    [Benchmark]
    public int IndexWithDapper()
    {
        var (userA, userB) = _rivals!.Next();
        _rivals.Indexed.QueryHistory(userA, userB, Limit, _rivals.Output);
        return _rivals.Output.Messages;
    }

    [Benchmark]
    public int BackPointers()
    {
        var (userA, userB) = _rivals!.Next();
        var page = _rivals.Log.FindConversation(userA, userB, Limit);
        while (_rivals.Log.Read(page, _rivals.Output))
        {
        }

        return _rivals.Output.Messages;
    }

    private (long UserA, long UserB)[] Conversations(int users)
    {
        (long UserA, long UserB)[] conversations =
        [
            .. new MessageStream(users, 2, Rows).Conversations
                .Where(each => each.UserId < each.ContactId).Select(each => (each.UserId, each.ContactId)),
        ];
        new Random(1).Shuffle(conversations);
        return conversations;
    }
}

/// <summary>The same in a log of 5 million messages, which the readers' page cache does not hold.</summary>
[BenchmarkCategory(Categories.Large)]
public class LargeHistoryBenchmarks : HistoryBenchmarks
{
    [Params(5_000_000)]
    public override int Rows { get; set; }
}
