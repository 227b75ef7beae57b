using BenchmarkDotNet.Attributes;
using InternalChat.Storage.Sqlite.Heads;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// The part of an append that happens in memory, per message in batches of 1,024: finding and moving two heads, and committing them under
/// the lock that readers take.
/// </summary>
public class HeadCacheBenchmarks
{
    private const int Users = 20_000;
    private const int Contacts = 20;
    private const int BatchRows = 1_024;
    private const int Batches = 64;

    private readonly HeadCache _heads = new(500_000);
    private readonly DirtySet _dirty;
    private readonly AppendedRow[] _rows;

    public HeadCacheBenchmarks()
    {
        _dirty = new DirtySet(_heads, Users);
        var messages = new MessageStream(Users, Contacts);
        _rows = [.. Enumerable.Range(0, Batches * BatchRows).Select(_ => new AppendedRow())];
        foreach (var row in _rows)
            messages.Next(row);
    }

    [GlobalSetup]
    public void SetUp()
    {
        // The predecessors of the first time round are those of the log; later ones are those of a log that goes in circles.
        var predecessors = _rows.Sum(row => row.PreviousInConversation + row.PreviousInMailbox);
        Checked.Equal(predecessors, HeadCache());
    }

    [Benchmark(OperationsPerInvoke = Batches * BatchRows)]
    public long HeadCache()
    {
        var predecessors = 0L;
        for (var first = 0; first < _rows.Length; first += BatchRows)
        {
            foreach (var row in _rows.AsSpan(first, BatchRows))
            {
                predecessors += MoveInCache(Math.Min(row.SenderId, row.RecipientId), Math.Max(row.SenderId, row.RecipientId), row.Id);
                predecessors += MoveInCache(0, row.RecipientId, row.Id);
            }

            _heads.Commit(_dirty);
        }

        return predecessors;
    }

    private long MoveInCache(long low, long high, long messageId)
    {
        var slot = _heads.Find(low, high);
        if (slot < 0)
            slot = _heads.Add(low, high, committed: 0, delivered: 0);
        var previous = _heads.Newest(slot);
        _heads.Move(slot, messageId);
        return previous;
    }
}
