namespace InternalChat.Storage.Sqlite.Tests;

public sealed class CrashTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void Committed_messages_survive_a_crash_and_uncommitted_ones_do_not()
    {
        _chat.Say(1, 2, "a");
        _chat.Say(2, 1, "b");
        _chat.Append(1, 2, "lost"u8, 0);

        using var crashed = _chat.Crash();
        Assert.Equal(2, crashed.Database.LastMessageId);
        Assert.Equal([2, 1], crashed.History(1, 2));
        Assert.Equal([1], crashed.Pending(2));
        Assert.Equal([3], crashed.Say(1, 2, "c"));
        Assert.Equal([3, 2, 1], crashed.History(1, 2));
        Assert.Equal([2], crashed.Reader().ListContacts(1, after: 0, count: 100));
        crashed.Close();
        crashed.AssertIntegrity();
    }

    [Fact]
    public void A_crash_in_the_middle_of_a_cycle_loses_no_head()
    {
        // More heads than two slices, so that the cycle is half done when the copies are taken.
        for (var user = 1L; user <= 3_000; user++)
            _chat.Append(user, user + 1, "first"u8, 0);
        _chat.Commit();
        _chat.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(_chat.Writer.Maintain() | _chat.Writer.Maintain());
        Assert.Equal(0, _chat.Ask<long>("SELECT heads_through FROM state"));
        Assert.InRange(_chat.Ask<long>("SELECT (SELECT count(*) FROM mailboxes) + (SELECT count(*) FROM conversations)"), 1, 5_999);
        for (var user = 1L; user <= 3_000; user += 3)
            _chat.Append(user + 1, user, "second"u8, 0);
        _chat.Commit();

        using (var crashed = _chat.Crash())
            AssertAllHeads(crashed);

        _chat.RunMaintenance();
        Assert.Equal(3_000, _chat.Ask<long>("SELECT heads_through FROM state"));
        using (var crashed = _chat.Crash())
            AssertAllHeads(crashed);

        _chat.Time.Advance(TimeSpan.FromMinutes(1));
        _chat.RunMaintenance();
        Assert.Equal(4_000, _chat.Ask<long>("SELECT heads_through FROM state"));
        using (var crashed = _chat.Crash())
            AssertAllHeads(crashed);
    }

    [Fact]
    public void A_rolled_back_batch_takes_its_slice_with_it_and_the_cycle_goes_on()
    {
        for (var user = 1L; user <= 3_000; user++)
            _chat.Append(user, user + 1, "first"u8, 0);
        _chat.Commit();
        _chat.Writer.SetDeliveredThrough(2, 1);
        _chat.Time.Advance(TimeSpan.FromMinutes(1));

        // The slice is written within the batch and fails with it.
        _chat.Append(1, 2, "x"u8, 0);
        _chat.Database.LimitPages(1);
        Assert.Throws<StorageException>(() =>
        {
            for (var i = 0; i < 100_000; i++)
                _chat.Append(1, 2, "x"u8, 0);
            _chat.Commit();
        });
        _chat.Database.LimitPages(1_000_000);

        _chat.Time.Advance(TimeSpan.FromMinutes(1));
        _chat.RunMaintenance();
        Assert.Equal(3_000, _chat.Ask<long>("SELECT count(*) FROM conversations"));
        Assert.Equal(3_000, _chat.Ask<long>("SELECT count(*) FROM mailboxes WHERE last_message_id = user_id - 1"));
    }

    [Fact]
    public void What_is_left_to_replay_is_bounded_however_much_was_appended()
    {
        const int Rows = 250_000;
        for (var i = 1; i <= Rows; i++)
        {
            _chat.Append(1 + (i % 1_000), 1_001 + (i % 1_000), "x"u8, 0);
            if (i % 5_000 == 0)
                _chat.Commit();
        }

        // The clock stands still and nobody calls for maintenance: the batches alone have written the heads, just after 200,000 rows.
        Assert.Equal(200_000, _chat.Ask<long>("SELECT heads_through FROM state"));
        using var crashed = _chat.Crash();
        Assert.Equal(Rows, crashed.Database.LastMessageId);
        var newest = new long[1];
        Assert.Equal(1, crashed.Reader().WalkConversation(1, 1_001 + (Rows % 1_000), newest));
        Assert.Equal(Rows, newest[0]);
        crashed.Close();
        crashed.AssertIntegrity();
    }

    [Fact]
    public void Ids_are_not_given_again_after_the_newest_messages_were_deleted()
    {
        _chat.Say(1, 2, "a", "b", "c");
        _chat.Do("DELETE FROM messages WHERE id >= 2");
        using (var crashed = _chat.Crash())
            Assert.Equal([4], crashed.Say(1, 2, "d"));
        _chat.Reopen();
        Assert.Equal([4], _chat.Say(1, 2, "d"));

        _chat.Close();
        _chat.Do("DELETE FROM messages");
        _chat.Open();
        Assert.Equal(4, _chat.Database.LastMessageId);
        Assert.Equal([5], _chat.Say(1, 2, "e"));
        Assert.Equal([5], _chat.History(1, 2));
    }

    [Fact]
    public void Evicted_heads_are_found_in_the_table_again()
    {
        _chat.Options = _chat.Options with { CleanHeads = 16 };
        _chat.Reopen();
        for (var round = 0; round < 4; round++)
        {
            for (var user = 1L; user <= 500; user++)
                _chat.Append(user, user + 1, "x"u8, 0);
            _chat.Commit();
            _chat.Time.Advance(TimeSpan.FromMinutes(1));
            _chat.RunMaintenance();
        }

        for (var user = 1L; user <= 500; user++)
            Assert.Equal([1500 + user, 1000 + user, 500 + user, user], _chat.History(user, user + 1));
        Assert.Equal([500, 1_000, 1_500, 2_000], _chat.Pending(501));
    }

    private static void AssertAllHeads(TemporaryDatabase crashed)
    {
        var reader = crashed.Reader();
        var ids = new long[5];
        for (var user = 1L; user <= 3_000; user++)
        {
            var second = user % 3 == 1 ? 3_000 + ((user + 2) / 3) : 0;
            var count = reader.WalkConversation(user, user + 1, ids);
            Assert.Equal(second > 0 ? [second, user] : [user], ids[..count]);
            long[] expected = user == 1 ? [second] : second > 0 ? [user - 1, second] : [user - 1];
            Assert.Equal(expected, TemporaryDatabase.Walk(reader, user, 0, long.MaxValue, 10));
        }
    }
}
