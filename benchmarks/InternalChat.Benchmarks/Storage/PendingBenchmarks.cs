using BenchmarkDotNet.Attributes;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// What waits for a user at login, per call: the walk along the mailbox, oldest first and in chunks as a catch-up reads it. Each call is
/// about another user.
/// </summary>
public class PendingBenchmarks
{
    private LogReads? _reads;

    [Params(1, 100, 10_000)]
    public int Pending { get; set; }

    [Params(400_000)]
    public virtual int Rows { get; set; }

    /// <summary>One message in so many is for the same user.</summary>
    protected virtual int Users => 20;

    [GlobalSetup]
    public void SetUp()
    {
        _reads = new LogReads(Users, Rows, Mailboxes);
        _reads.Check(times: 10, Pending, BackPointers);
    }

    [GlobalCleanup]
    public void CleanUp() => _reads?.Dispose();

    [Benchmark]
    public int BackPointers()
    {
        var (user, deliveredThrough, _) = _reads!.Next();
        var cursor = _reads.Log.ReadMailbox(user, deliveredThrough, long.MaxValue);
        while (_reads.Log.Read(cursor, _reads.Output))
        {
        }

        return _reads.Output.Messages;
    }

    /// <summary>Each is delivered up to the message after which so many are pending.</summary>
    private IEnumerable<ReadTarget> Mailboxes(MessageStream messages)
    {
        var last = Enumerable.Range(0, Users + 1).Select(_ => new Queue<long>(Pending + 2)).ToArray();
        var row = new AppendedRow();
        while (messages.LastId < Rows)
        {
            messages.Next(row);
            var mailbox = last[row.RecipientId];
            mailbox.Enqueue(row.Id);
            if (mailbox.Count > Pending + 1)
                mailbox.Dequeue();
        }

        return messages.Mailboxes.Select(each => new ReadTarget(each.UserId, last[each.UserId].Peek(), each.LastMessageId));
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
