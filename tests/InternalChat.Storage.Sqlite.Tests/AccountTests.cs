namespace InternalChat.Storage.Sqlite.Tests;

public sealed class AccountTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void The_networks_of_an_account_are_known_after_the_next_start_the_newest_16_of_them()
    {
        var ids = _chat.Register("alice", "bob");
        for (var mark = 1; mark <= 20; mark++)
            _chat.Writer.NoteNetwork(ids[0], mark, now: 1_000 + mark);
        // Seen again, and so among the newest.
        _chat.Writer.NoteNetwork(ids[0], 3, now: 2_000);
        var key = _chat.Reader().ReadNetworkKey();
        _chat.Reopen();
        Assert.Equal(2_000, _chat.Reader().FindNetwork(ids[0], 3));
        Assert.Equal(1_020, _chat.Reader().FindNetwork(ids[0], 20));
        Assert.Null(_chat.Reader().FindNetwork(ids[0], 4));
        Assert.Null(_chat.Reader().FindNetwork(ids[1], 20));
        Assert.Equal(16, _chat.Ask<long>("SELECT count(*) FROM known_networks"));
        Assert.Equal(key, _chat.Reader().ReadNetworkKey());
        Assert.Equal(32, key.Length);
    }

    [Fact]
    public void A_network_is_noted_also_if_the_clock_was_ahead_when_all_the_others_were()
    {
        var ids = _chat.Register("alice");
        _chat.Time.Ahead = TimeSpan.FromDays(365);
        for (var mark = 1; mark <= 16; mark++)
            _chat.Writer.NoteNetwork(ids[0], mark, Now());
        _chat.Reopen();
        _chat.Time.Ahead = TimeSpan.Zero;
        var now = Now();
        _chat.Writer.NoteNetwork(ids[0], 17, now);
        _chat.Writer.NoteNetwork(ids[0], 18, now);
        _chat.Reopen();
        Assert.Equal(now, _chat.Reader().FindNetwork(ids[0], 17));
        Assert.Equal(now, _chat.Reader().FindNetwork(ids[0], 18));
        Assert.Equal(16, _chat.Ask<long>("SELECT count(*) FROM known_networks"));

        long Now() => _chat.Time.GetUtcNow().ToUnixTimeSeconds();
    }

    [Fact]
    public void The_networks_of_an_account_go_with_it_also_those_that_are_not_written_yet()
    {
        var ids = _chat.Register("alice", "bob");
        _chat.Writer.NoteNetwork(ids[0], 1, now: 1);
        _chat.Reopen();
        _chat.Writer.NoteNetwork(ids[0], 2, now: 2);
        _chat.Writer.NoteNetwork(ids[1], 3, now: 3);
        Assert.True(_chat.Writer.Delete(ids[0]));
        _chat.Commit();
        // A login that was under way.
        _chat.Writer.NoteNetwork(ids[0], 4, now: 4);
        _chat.Reopen();
        Assert.Equal(3, _chat.Ask<long>("SELECT sum(mark) FROM known_networks"));
    }

    [Fact]
    public void Credentials_do_not_print_their_hash() =>
        Assert.DoesNotContain("secret", new Credentials(1, "alice", "secret").ToString(), StringComparison.Ordinal);

    [Fact]
    public void The_id_of_a_deleted_account_is_not_given_again()
    {
        var ids = _chat.Register("alice", "bob");
        _chat.Do("DELETE FROM users WHERE username = 'bob'");
        Assert.Equal(ids[1] + 1, _chat.Register("carol")[0]);
    }

    [Fact]
    public void Very_long_block_lists_and_more_blockers_than_the_cache_holds_are_answered_right()
    {
        _chat.Options = _chat.Options with { CachedBlockLists = 8 };
        _chat.Reopen();
        for (var blocker = 1; blocker <= 50; blocker++)
            _chat.Writer.Block(blocker, 1_000 + blocker, 0);
        for (var blocked = 1; blocked <= 600; blocked++)
            _chat.Writer.Block(99, blocked, 0);
        _chat.Commit();

        for (var round = 0; round < 3; round++)
        {
            for (var blocker = 1; blocker <= 50; blocker++)
            {
                Assert.True(_chat.Writer.IsBlocked(blocker, 1_000 + blocker));
                Assert.False(_chat.Writer.IsBlocked(blocker, 999 + blocker));
            }

            Assert.True(_chat.Writer.IsBlocked(99, 600));
            Assert.False(_chat.Writer.IsBlocked(99, 601));
        }
    }
}
