using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

public sealed class StatisticsTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void Rows_times_accounts_and_what_waits_for_whom_are_counted()
    {
        var people = _chat.Register("alice", "bob", "carol", "dave");
        _chat.Append(people[0], people[1], "x"u8, 1_000);
        for (var i = 0; i < 10; i++)
            _chat.Append(people[0], people[1], "x"u8, 2_000);
        for (var i = 0; i < 20; i++)
            _chat.Append(people[1], people[2], "x"u8, 2_000);
        for (var i = 0; i < 30; i++)
            _chat.Append(people[1], people[3], "x"u8, 2_000);
        _chat.Append(people[2], people[0], "x"u8, 3_000);
        _chat.Writer.MarkRead(1, people[1], 0, out _);
        _chat.Writer.Block(people[0], people[1], 0);
        _chat.Writer.Suspend(people[2]);
        _chat.Writer.Delete(people[3]);
        _chat.Commit();
        _chat.Writer.SetDeliveredThrough(people[1], 4);
        _chat.Time.Advance(TimeSpan.FromMinutes(1));
        _chat.RunMaintenance();
        _chat.Say(people[0], people[2], "in no table of heads yet");

        var found = Read();
        Assert.Equal(_chat.File, found.Path);
        Assert.Equal(
            [("messages", 63L), ("contacts", 8), ("conversations", 4), ("mailboxes", 4), ("users", 4), ("blocks", 1), ("receipts", 1)],
            found.Tables.Select(table => (table.Name, table.Rows)).OrderByDescending(table => table.Rows).ThenBy(table => table.Name));
        Assert.Equal(new MessageTime(1, 1_000), found.Oldest);
        Assert.Equal(new MessageTime(63, 1_700_000_000), found.Newest);
        Assert.Equal((63, 1), (found.LastMessageId, found.ToReplay));
        Assert.Equal((1, 1, 0), (found.SuspendedAccounts, found.DeletedAccounts, found.PendingErasures));
        Assert.Equal([new("carol", 21), new("bob", 7), new PendingMessages("alice", 1)], found.MostPending);
        Assert.Equal(29, found.Pending);
        Assert.Equal(StorageSpace.Measure(_chat.File).DatabaseBytes, found.Space.DatabaseBytes);
    }

    [Fact]
    public void What_was_removed_and_what_is_being_erased_shows()
    {
        var people = _chat.Register("alice", "bob", "carol");
        for (var i = 0; i < 3_000; i++)
            _chat.Append(people[i % 3], people[(i + 1) % 3], new byte[500], 0);
        _chat.Commit();
        _chat.Database.Retention = TimeSpan.FromDays(1);
        _chat.Writer.BeginErasure(people[2]);
        _chat.Commit();
        Assert.Equal(1, Read().PendingErasures);
        _chat.FinishErasure(people[2]);
        _chat.RunRetention();

        var found = Read();
        Assert.Equal(0, found.PendingErasures);
        Assert.Null(found.Oldest);
        Assert.Null(found.Newest);
        Assert.Equal(3_000, found.LastMessageId);
        Assert.Equal(1_024, found.WipedMessages);
        Assert.InRange(found.FreePageBytes, 500_000, 5_000_000);
        Assert.Empty(found.MostPending);
    }

    [Fact]
    public void Counting_comes_to_an_end_where_a_damaged_message_points_ahead()
    {
        var people = _chat.Register("alice", "bob");
        _chat.Say(people[0], people[1], "a", "b", "c");
        _chat.Do("UPDATE messages SET previous_in_mailbox = 3 WHERE id = 2");
        Assert.Equal(2, Read().Pending);
    }

    [Fact]
    public void An_empty_database_has_statistics_too()
    {
        var found = Read();
        Assert.Null(found.Oldest);
        Assert.Equal(0, found.Pending);
    }

    private DatabaseStatistics Read() => DatabaseStatistics.Read(_chat.File, cancellation: TestContext.Current.CancellationToken);
}
