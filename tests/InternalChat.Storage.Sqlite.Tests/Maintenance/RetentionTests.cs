using InternalChat.Storage.Sqlite.Options;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

public sealed class RetentionTests : IDisposable
{
    private const int Day = 86_400;

    private readonly TemporaryDatabase _chat = new(new DatabaseOptions { Path = "", Retention = TimeSpan.FromDays(90) });
    private readonly long _now;

    public RetentionTests() => _now = _chat.Time.GetUtcNow().ToUnixTimeSeconds();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void What_is_older_than_the_limit_is_gone_and_what_is_younger_stays()
    {
        for (var day = 200; day >= 1; day--)
        {
            for (var i = 0; i < 40; i++)
                _chat.Append(1 + (i & 1), 2 - (i & 1), System.Text.Encoding.UTF8.GetBytes($"from {day} days ago"), _now - (day * Day));
        }

        _chat.Commit();
        _chat.RunRetention();

        var left = Read(_chat.Pending(1).Concat(_chat.Pending(2)));
        Assert.Equal(90 * 40, left.Count);
        Assert.All(left, message => Assert.InRange(message.CreatedAt, _now - (90 * Day), _now));

        // Not all rows are gone, but nearly: what was wiped last stays as empty rows.
        Assert.InRange(_chat.Ask<long>("SELECT count(*) FROM messages WHERE sender_id <= 0"), 1, 1_024);
        _chat.Reopen();
        Assert.Equal(90 * 40, Read(_chat.Pending(1).Concat(_chat.Pending(2))).Count);
        _chat.Close();
        Assert.Equal(0, _chat.Occurrences("from 91 days ago"));
        Assert.Equal(40, _chat.Occurrences("from 90 days ago"));
        _chat.AssertIntegrity();
    }

    [Fact]
    public void A_history_that_reaches_beyond_the_limit_ends_there()
    {
        var ids = Enumerable.Range(0, 150).Select(i => _chat.Append(1, 2, "x"u8, _now - ((150 - i) * Day))).ToArray();
        _chat.Commit();
        _chat.RunRetention();
        Assert.Equal(ids[60..], Enumerable.Reverse(_chat.History(1, 2)));
        Assert.Equal(ids[60..], Read(_chat.Pending(2)).Select(message => message.Id));
        Assert.Equal(ReadOutcome.UnknownMessage, _chat.Writer.MarkRead(ids[59], 2, 0, out _));
        Assert.Equal(ReadOutcome.FirstTime, _chat.Writer.MarkRead(ids[60], 2, 0, out _));
    }

    [Fact]
    public void It_says_how_many_are_gone_and_how_many_of_them_nobody_ever_got()
    {
        for (var i = 0; i < 10; i++)
            _chat.Append(1, 2, "x"u8, _now - (100 * Day));
        _chat.Commit();
        _chat.Writer.SetDeliveredThrough(2, 7);
        _chat.Reopen();
        _chat.RunRetention();
        _chat.RunRetention();
        var line = Assert.Single(_chat.Logger.Lines, line => line.StartsWith("Retention:", StringComparison.Ordinal));
        Assert.Contains("10 messages", line, StringComparison.Ordinal);
        Assert.Contains("3 of them never delivered", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Receipts_go_with_their_messages()
    {
        var ids = Enumerable.Range(0, 200).Select(i => _chat.Append(1, 2, "x"u8, _now - ((i < 100 ? 91 : 1) * Day))).ToArray();
        foreach (var id in ids)
            _chat.Writer.MarkRead(id, 2, 0, out _);
        _chat.Commit();
        _chat.RunRetention();
        Assert.Equal(100, _chat.Ask<long>("SELECT count(*) FROM receipts"));
        Assert.Equal(ids[100], _chat.Ask<long>("SELECT min(message_id) FROM receipts"));
    }

    [Fact]
    public void A_server_that_runs_on_removes_what_becomes_too_old()
    {
        for (var i = 0; i < 100; i++)
            _chat.Append(1, 2, "x"u8, _now - (89 * Day) + (i * 3_600));
        _chat.Commit();
        _chat.RunRetention();
        Assert.Equal(100, Read(_chat.Pending(2)).Count);

        _chat.RunFor(TimeSpan.FromHours(24 + 50));
        Assert.InRange(Read(_chat.Pending(2)).Count, 49, 51);
    }

    [Fact]
    public void The_limit_can_be_changed_and_lifted_while_the_server_runs()
    {
        for (var i = 0; i < 100; i++)
            _chat.Append(1, 2, "x"u8, _now - ((100 - i) * Day));
        _chat.Commit();
        _chat.Database.Retention = null;
        _chat.RunMaintenance();
        Assert.Equal(100, Read(_chat.Pending(2)).Count);
        _chat.Database.Retention = TimeSpan.FromDays(50);
        _chat.RunRetention();
        Assert.Equal(50, Read(_chat.Pending(2)).Count);
        _chat.Database.Retention = TimeSpan.FromDays(10);
        _chat.RunRetention();
        Assert.Equal(10, Read(_chat.Pending(2)).Count);
    }

    [Fact]
    public void The_room_of_removed_messages_is_used_again()
    {
        var body = new byte[1_000];
        Array.Fill(body, (byte)'x');
        var largest = 0L;
        for (var round = 0; round < 20; round++)
        {
            var now = _chat.Time.GetUtcNow().ToUnixTimeSeconds();
            for (var i = 0; i < 3_000; i++)
                _chat.Append(1, 2, body, now);
            _chat.Commit();
            _chat.Time.Advance(TimeSpan.FromDays(91));
            _chat.RunRetention();
            if (round == 3)
                largest = _chat.Ask<long>("PRAGMA page_count");
        }

        Assert.InRange(_chat.Ask<long>("PRAGMA page_count"), 1, largest * 3 / 2);
    }

    [Fact]
    public void No_living_message_is_moved_so_that_a_later_erasure_finds_it_all()
    {
        var random = new Random(1);
        var people = _chat.Register("alice", "bob");
        for (var i = 1; i <= 20_000; i++)
        {
            var body = $"<{i}>" + new string('-', random.Next(20) == 0 ? random.Next(4_000) : random.Next(100));
            _chat.Append(people[0], people[1], System.Text.Encoding.UTF8.GetBytes(body), _now - (90 * Day) + (i * 60));
            if (i % 1_000 == 0)
                _chat.Commit();
        }

        for (var run = 0; run < 10; run++)
        {
            _chat.Time.Advance(TimeSpan.FromMinutes(500 + random.Next(500)));
            _chat.RunRetention();
        }

        var first = Read(_chat.Pending(people[1]))[0].Id;
        Assert.InRange(first, 4_000, 12_000);
        _chat.Close();
        for (var i = first; i < first + 300; i++)
            Assert.Equal(1, _chat.Occurrences($"<{i}>"));
    }

    private List<(long Id, long SenderId, string Sender, long CreatedAt, string Body)> Read(IEnumerable<long> ids)
    {
        var sink = new CollectingSink();
        _chat.Reader().ReadMessages([.. ids], sink);
        return sink.Messages;
    }
}
