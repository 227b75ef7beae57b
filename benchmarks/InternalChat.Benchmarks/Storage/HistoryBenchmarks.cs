using BenchmarkDotNet.Attributes;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// HISTORY, per call: the walk along the back-pointers. Each call is about another conversation; a conversation's messages lie scattered
/// over the whole log.
/// </summary>
public class HistoryBenchmarks
{
    /// <summary>Enough that nobody's conversation is shorter than the longest history.</summary>
    private const int MessagesPerConversation = 400;

    private LogReads? _reads;

    [Params(20, 200)]
    public int Limit { get; set; }

    [Params(200_000)]
    public virtual int Rows { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _reads = new LogReads(Rows / MessagesPerConversation, Rows, Conversations);
        _reads.Check(times: 100, Limit, BackPointers);
    }

    [GlobalCleanup]
    public void CleanUp() => _reads?.Dispose();

    [Benchmark]
    public int BackPointers()
    {
        var (user, other, _) = _reads!.Next();
        var page = _reads.Log.FindConversation(user, other, Limit);
        while (_reads.Log.Read(page, _reads.Output))
        {
        }

        return _reads.Output.Messages;
    }

    private IEnumerable<ReadTarget> Conversations(MessageStream messages)
    {
        var row = new AppendedRow();
        while (messages.LastId < Rows)
            messages.Next(row);
        return messages.Conversations.Where(each => each.UserId < each.ContactId)
            .Select(each => new ReadTarget(each.UserId, each.ContactId, each.LastMessageId));
    }
}

/// <summary>The same in a log of 5 million messages, which the readers' page cache does not hold.</summary>
[BenchmarkCategory(Categories.Large)]
public class LargeHistoryBenchmarks : HistoryBenchmarks
{
    [Params(5_000_000)]
    public override int Rows { get; set; }
}
