using InternalChat.Storage.Sqlite.Options;
using InternalChat.Storage.Sqlite.Reading;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class ReadersBesideTheWriterTests : IDisposable
{
    private const int Conversations = 3_000;

    private readonly TemporaryDatabase _chat = new(new DatabaseOptions { Path = "", CleanHeads = 64 });
    private readonly long[] _acknowledged = new long[Conversations];

    public void Dispose() => _chat.Dispose();

    /// <summary>
    /// While heads are added, evicted, written behind and grown, a reader never misses what was committed before it asked.
    /// </summary>
    [Fact]
    public async Task A_reader_always_finds_what_was_committed_before_it_asked()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var readers = Enumerable.Range(1, 2).Select(seed => (Reader: _chat.Reader(), Seed: seed))
            .Select(start => Task.Run(() => Check(start.Reader, start.Seed, stop.Token))).ToArray();
        try
        {
            var random = new Random(7);
            var batch = new List<(int Conversation, long Id)>();
            for (var commit = 0; commit < 600 && !readers.Any(reader => reader.IsCompleted); commit++)
            {
                for (var i = 0; i < 20; i++)
                {
                    var conversation = random.Next(Conversations);
                    batch.Add((conversation, _chat.Append(1 + conversation, 100_000 + conversation, "x"u8, 0)));
                }

                _chat.Commit();
                foreach (var (conversation, id) in batch)
                    Volatile.Write(ref _acknowledged[conversation], id);
                batch.Clear();
                _chat.Time.Advance(TimeSpan.FromMilliseconds(100));
                _chat.Writer.Maintain();
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        Assert.All(await Task.WhenAll(readers), found => Assert.True(found > 0));
    }

    private int Check(StoreReader reader, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        var newest = new long[1];
        var found = 0;
        while (!stop.IsCancellationRequested)
        {
            var conversation = random.Next(Conversations);
            var expected = Volatile.Read(ref _acknowledged[conversation]);
            var count = reader.WalkConversation(1 + conversation, 100_000 + conversation, newest);
            Assert.True((count == 1 ? newest[0] : 0) >= expected);
            var sink = new CollectingSink();
            reader.ReadMessages(newest.AsSpan(0, count), sink);
            Assert.Equal(count, sink.Messages.Count);
            found += count;
        }

        return found;
    }
}
