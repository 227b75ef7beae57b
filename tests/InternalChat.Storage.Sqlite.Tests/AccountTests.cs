namespace InternalChat.Storage.Sqlite.Tests;

public sealed class AccountTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void An_account_is_found_by_its_exact_name_on_writer_and_readers()
    {
        var id = _chat.Register("Alice")[0];
        Assert.Equal(new Account(id, "Alice"), _chat.Log.FindAccount("Alice"));
        Assert.Equal(new Account(id, "Alice"), _chat.Reader().FindAccount("Alice"));
        Assert.Null(_chat.Log.FindAccount("alice"));
        Assert.Null(_chat.Reader().FindAccount("alice"));
        Assert.Null(_chat.Reader().FindCredentials("alice"));
    }

    [Fact]
    public void A_name_is_given_once()
    {
        Assert.NotNull(_chat.Log.CreateAccount("alice", "first", 0));
        Assert.Null(_chat.Log.CreateAccount("alice", "second", 0));
        _chat.Commit();
        Assert.Null(_chat.Log.CreateAccount("alice", "third", 0));
        _chat.Commit();
        Assert.Equal("first", _chat.Reader().FindCredentials("alice")!.PasswordHash);
    }

    [Fact]
    public void A_reader_does_not_see_an_account_before_it_is_committed()
    {
        _chat.Log.CreateAccount("alice", "h", 0);
        Assert.NotNull(_chat.Log.FindAccount("alice"));
        Assert.Null(_chat.Reader().FindAccount("alice"));
        _chat.Commit();
        Assert.NotNull(_chat.Reader().FindAccount("alice"));
    }

    [Fact]
    public void A_password_hash_can_be_replaced()
    {
        var id = _chat.Register("alice")[0];
        _chat.Log.SetPasswordHash(id, "new");
        _chat.Commit();
        Assert.Equal(new Credentials(id, "alice", "new"), _chat.Reader().FindCredentials("alice"));
    }

    [Fact]
    public void The_networks_of_an_account_are_known_after_the_next_start_the_newest_16_of_them()
    {
        var ids = _chat.Register("alice", "bob");
        for (var mark = 1; mark <= 20; mark++)
            _chat.Log.NoteNetwork(ids[0], mark, now: 1_000 + mark);
        // Seen again, and so among the newest.
        _chat.Log.NoteNetwork(ids[0], 3, now: 2_000);
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
    public void The_networks_of_an_account_go_with_it_also_those_that_are_not_written_yet()
    {
        var ids = _chat.Register("alice", "bob");
        _chat.Log.NoteNetwork(ids[0], 1, now: 1);
        _chat.Reopen();
        _chat.Log.NoteNetwork(ids[0], 2, now: 2);
        _chat.Log.NoteNetwork(ids[1], 3, now: 3);
        Assert.True(_chat.Log.Delete(ids[0]));
        _chat.Commit();
        // A login that was under way.
        _chat.Log.NoteNetwork(ids[0], 4, now: 4);
        _chat.Reopen();
        Assert.Equal(3, _chat.Ask<long>("SELECT sum(mark) FROM known_networks"));
    }

    [Fact]
    public void The_largest_number_behind_a_prefix_is_found_among_all_hashes()
    {
        Assert.Equal((0, 0), _chat.Reader().LargestHashNumber("kind$", after: 0, count: 10));
        foreach (var (name, hash) in new[] { ("alice", "kind$900$ab"), ("bob", "kind$12000$cd"), ("carol", "!"), ("dave", "other$99999$") })
            _chat.Log.CreateAccount(name, hash, 0);
        _chat.Commit();
        var reader = _chat.Reader();
        Assert.Equal((12_000, 0), reader.LargestHashNumber("kind$", after: 0, count: 10));
        // Page by page, the last of which may be empty.
        var (largest, last) = reader.LargestHashNumber("kind$", after: 0, count: 2);
        Assert.Equal((12_000, 2), (largest, last));
        (largest, last) = reader.LargestHashNumber("kind$", last, count: 2);
        Assert.Equal((0, 4), (largest, last));
        Assert.Equal((0, 0), reader.LargestHashNumber("kind$", last, count: 2));
    }

    [Fact]
    public void Credentials_do_not_print_their_hash() =>
        Assert.DoesNotContain("secret", new Credentials(1, "alice", "secret").ToString(), StringComparison.Ordinal);

    [Fact]
    public void Usernames_are_listed_in_pages_sorted_by_bytes()
    {
        _chat.Register("bob", "Zoe", "alice", "_x", "Bob");
        var reader = _chat.Reader();
        Assert.Equal(["Bob", "Zoe"], reader.ListUsernames("", 2));
        Assert.Equal(["_x", "alice"], reader.ListUsernames("Zoe", 2));
        Assert.Equal(["bob"], reader.ListUsernames("alice", 2));
        Assert.Empty(reader.ListUsernames("bob", 2));
    }

    [Fact]
    public void The_id_of_a_deleted_account_is_not_given_again()
    {
        var ids = _chat.Register("alice", "bob");
        _chat.Do("DELETE FROM users WHERE username = 'bob'");
        Assert.Equal(ids[1] + 1, _chat.Register("carol")[0]);
    }

    [Fact]
    public void Blocks_count_in_one_direction_until_they_are_taken_back_and_outlive_a_restart()
    {
        _chat.Log.Block(1, 2, 0);
        _chat.Log.Block(1, 2, 0);
        _chat.Log.Block(1, 3, 0);
        _chat.Commit();
        Assert.True(_chat.Log.IsBlocked(1, 2));
        Assert.False(_chat.Log.IsBlocked(2, 1));
        Assert.False(_chat.Log.IsBlocked(1, 4));

        _chat.Log.Unblock(1, 2);
        _chat.Log.Unblock(1, 9);
        _chat.Commit();
        _chat.Reopen();
        Assert.False(_chat.Log.IsBlocked(1, 2));
        Assert.True(_chat.Log.IsBlocked(1, 3));
    }

    [Fact]
    public void Very_long_block_lists_and_more_blockers_than_the_cache_holds_are_answered_right()
    {
        _chat.Options = _chat.Options with { CachedBlockLists = 8 };
        _chat.Reopen();
        for (var blocker = 1; blocker <= 50; blocker++)
            _chat.Log.Block(blocker, 1_000 + blocker, 0);
        for (var blocked = 1; blocked <= 600; blocked++)
            _chat.Log.Block(99, blocked, 0);
        _chat.Commit();

        for (var round = 0; round < 3; round++)
        {
            for (var blocker = 1; blocker <= 50; blocker++)
            {
                Assert.True(_chat.Log.IsBlocked(blocker, 1_000 + blocker));
                Assert.False(_chat.Log.IsBlocked(blocker, 999 + blocker));
            }

            Assert.True(_chat.Log.IsBlocked(99, 600));
            Assert.False(_chat.Log.IsBlocked(99, 601));
        }
    }
}
