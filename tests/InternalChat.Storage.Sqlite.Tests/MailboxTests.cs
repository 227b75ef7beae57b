using InternalChat.Storage.Sqlite.Heads;
using InternalChat.Storage.Sqlite.Reading;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Wal;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class MailboxTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_023)]
    [InlineData(1_024)]
    [InlineData(1_025)]
    [InlineData(2_048)]
    [InlineData(5_000)]
    public void Pending_messages_come_oldest_first_across_anchors_and_other_mailboxes(int pending)
    {
        var expected = new List<long>();
        for (var i = 0; i < pending; i++)
        {
            _chat.Append(1, 100 + (i % 7), "other"u8, 0);
            expected.Add(_chat.Append(1 + (i % 5), 50, "x"u8, 0));
        }

        _chat.Commit();
        Assert.Equal(expected, _chat.Pending(50, chunk: 100));
        Assert.Equal(expected, _chat.Pending(50, chunk: 5_000));
        Assert.Equal(expected, _chat.Pending(50, chunk: 1_024));
        if (pending > 10)
        {
            Assert.Equal(expected[5..^3], TemporaryDatabase.Walk(_chat.Reader(), 50, expected[4], expected[^4], 64));
            _chat.Writer.SetDeliveredThrough(50, expected[7]);
            Assert.Equal(expected[8..], _chat.Pending(50));
        }
    }

    [Fact]
    public void A_walk_goes_on_while_messages_arrive_and_are_deleted()
    {
        for (var i = 0; i < 4_000; i++)
            _chat.Append(1, 2, "x"u8, 0);
        _chat.Commit();
        var reader = _chat.Reader();
        var cursor = reader.ReadMailbox(2, 0, 4_000);
        var first = new IdSink(100);
        while (first.Ids.Count == 0)
            Assert.True(reader.Read(cursor, first));
        Assert.Equal(Enumerable.Range(1, 100).Select(static id => (long)id), first.Ids);

        _chat.Say(1, 2, "new");
        _chat.Do("DELETE FROM messages WHERE id <= 2500");
        var rest = new IdSink(100);
        while (reader.Read(cursor, rest))
        {
        }

        Assert.Equal(Enumerable.Range(2_501, 1_500).Select(static id => (long)id), rest.Ids);
    }

    [Fact]
    public void A_walk_goes_on_after_a_failed_read_wherever_that_was_and_hands_over_each_message_once()
    {
        const int Messages = 2_500;
        _chat.Say(1, 2, createdAt: 0, Messages);
        _chat.Reopen();
        var hasFailed = true;
        for (var failsAt = 1; hasFailed; failsAt += 1_999)
        {
            var connection = Connections.OpenReader(_chat.Options);
            using var reader = new StoreReader(connection, new HeadCache(16), new ReaderGate(), cachedNames: 16);
            var left = failsAt;
            raw.sqlite3_progress_handler(connection.Handle!, 1, _ => --left == 0 ? 1 : 0, null!);
            var cursor = reader.ReadMailbox(2, 0, Messages);
            var sink = new IdSink(int.MaxValue);
            hasFailed = false;
            for (var goesOn = true; goesOn;)
            {
                try
                {
                    goesOn = reader.Read(cursor, sink);
                }
                catch (StorageException)
                {
                    hasFailed = true;
                }
            }

            Assert.Equal(Enumerable.Range(1, Messages).Select(static id => (long)id), sink.Ids);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(long.MaxValue)]
    public void A_damaged_message_that_points_ahead_ends_the_chain(long pointsAt)
    {
        _chat.Say(1, 2, "a", "b", "c");
        _chat.Do($"UPDATE messages SET previous_in_mailbox = {pointsAt}, previous_in_conversation = {pointsAt} WHERE id = 2");
        Assert.Equal([2, 3], _chat.Pending(2));
        Assert.Equal([3, 2], _chat.History(1, 2));
    }

    [Fact]
    public void A_long_mailbox_is_found_in_slices_none_of_which_reads_much()
    {
        for (var i = 0; i < 10_000; i++)
            _chat.Append(1, 2, "x"u8, 0);
        _chat.Commit();
        var reader = _chat.Reader();
        var cursor = reader.ReadMailbox(2, 0, 10_000);
        var sink = new IdSink(int.MaxValue);
        var slices = 0;
        for (; sink.Ids.Count == 0; slices++)
            Assert.True(reader.Read(cursor, sink));
        // The first messages come after all of the chain has been followed back.
        Assert.InRange(slices, 5, 10);
        Assert.InRange(sink.Ids.Count, 1, 256);
        while (reader.Read(cursor, sink))
        {
        }

        Assert.Equal(Enumerable.Range(1, 10_000).Select(static id => (long)id), sink.Ids);
    }

    [Fact]
    public void Delivered_marks_are_on_disk_soon_after_one_row_however_many_calls()
    {
        _chat.Say(1, 2, [.. Enumerable.Repeat("x", 100)]);
        for (var id = 1; id <= 100; id++)
            _chat.Writer.SetDeliveredThrough(2, id);
        Assert.False(_chat.Writer.IsInTransaction);
        _chat.Writer.Maintain();
        Assert.Equal(0, _chat.Ask<long>("SELECT count(*) FROM mailboxes"));

        _chat.Time.Advance(TimeSpan.FromSeconds(1));
        _chat.RunMaintenance();
        Assert.Equal(100, _chat.Ask<long>("SELECT delivered_through FROM mailboxes WHERE user_id = 2"));
        using var crashed = _chat.Crash();
        Assert.Equal(new Mailbox(100, 100), crashed.Writer.GetMailbox(2));
        Assert.Empty(crashed.Pending(2));
    }

    [Fact]
    public void Delivered_marks_travel_with_the_next_batch()
    {
        _chat.Say(1, 2, "x");
        _chat.Writer.SetDeliveredThrough(2, 1);
        _chat.Time.Advance(TimeSpan.FromSeconds(1));
        _chat.Say(1, 2, "y");
        Assert.Equal(1, _chat.Ask<long>("SELECT delivered_through FROM mailboxes WHERE user_id = 2"));
        Assert.Equal([2], _chat.Pending(2));
    }

    [Fact]
    public void Closing_keeps_delivered_marks_and_heads()
    {
        _chat.Say(1, 2, "x", "y");
        _chat.Writer.SetDeliveredThrough(2, 1);
        _chat.Reopen();
        Assert.Equal(new Mailbox(2, 1), _chat.Writer.GetMailbox(2));
        Assert.Equal([2, 1], _chat.History(1, 2));
        Assert.Equal(2, _chat.Ask<long>("SELECT heads_through FROM state"));
    }
}
