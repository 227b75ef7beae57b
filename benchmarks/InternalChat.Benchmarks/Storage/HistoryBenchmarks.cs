using BenchmarkDotNet.Attributes;
using InternalChat.Benchmarks.Protocol;
using InternalChat.Storage;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// HISTORY, per call: the walk along the back-pointers against an index over the conversation, the latter also through Dapper. Each call is
/// about another conversation; a conversation's messages lie scattered over the whole log.
/// </summary>
public class HistoryBenchmarks
{
    /// <summary>Enough that nobody's conversation is shorter than the longest history.</summary>
    private const int MessagesPerConversation = 400;

    private readonly ReadOutput _output = new();
    private readonly long[] _ids = new long[200];
    private ChatDatabase? _database;
    private LogReader? _reader;
    private IndexedTable? _indexed;
    private (long UserA, long UserB)[] _conversations = [];
    private int _next;

    [Params(20, 200)]
    public int Limit { get; set; }

    [Params(200_000)]
    public virtual int Rows { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var users = Rows / MessagesPerConversation;
        var log = LogBuilder.Cached(users, contacts: 2, Rows);
        var indexed = IndexedTable.Cached(log);
        DatabaseFolder.Warm(log);
        DatabaseFolder.Warm(indexed);
        _database = ChatDatabase.Open(new DatabaseOptions { Path = log });
        _reader = _database.CreateReader();
        _indexed = new IndexedTable(indexed);
        _conversations =
        [
            .. new MessageStream(users, 2, Rows).Conversations
                .Where(each => each.UserId < each.ContactId).Select(each => (each.UserId, each.ContactId)),
        ];
        new Random(1).Shuffle(_conversations);

        for (var i = 0; i < 100; i++)
        {
            var next = _next;
            var walked = BackPointers();
            var messages = _output.Bytes.ToArray();
            Checked.Equal(Limit, walked);
            _next = next;
            Checked.Equal(Limit, Index());
            Checked.Equal(messages, _output.Bytes);
            _next = next;
            Checked.Equal(Limit, IndexWithDapper());
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
        var (userA, userB) = Next();
        _indexed!.ReadHistory(userA, userB, Limit, _output);
        return _output.Messages;
    }

    [Benchmark]
    public int IndexWithDapper()
    {
        var (userA, userB) = Next();
        _indexed!.QueryHistory(userA, userB, Limit, _output);
        return _output.Messages;
    }

    [Benchmark]
    public int BackPointers()
    {
        var (userA, userB) = Next();
        var ids = _ids.AsSpan(0, Limit);
        ids = ids[.._reader!.WalkConversation(userA, userB, ids)];
        ids.Reverse();
        _reader.ReadMessages(ids, _output);
        return _output.Messages;
    }

    private (long UserA, long UserB) Next()
    {
        _output.Clear();
        _next = _next + 1 == _conversations.Length ? 0 : _next + 1;
        return _conversations[_next];
    }
}

/// <summary>The same in a log of 5 million messages, which the readers' page cache does not hold.</summary>
[BenchmarkCategory(Categories.Large)]
public class LargeHistoryBenchmarks : HistoryBenchmarks
{
    [Params(5_000_000)]
    public override int Rows { get; set; }
}
