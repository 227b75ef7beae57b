namespace InternalChat.Storage.Contract;

/// <summary>Accounts, whom they block, the networks they log in from, and what operators do to them.</summary>
public abstract class AccountContract : StoreContract
{
    private const int NetworksKept = 16;

    [Fact]
    public void An_account_is_found_by_its_name_and_case_counts()
    {
        var alice = Writer.CreateAccount("Alice", "hash", Now)!.Value;
        Assert.True(alice.Id > 0);
        Assert.Equal("Alice", alice.Username);
        Commit();
        var reader = Store.Reader();
        Assert.Equal(alice, Writer.FindAccount("Alice"));
        Assert.Equal(alice, reader.FindAccount("Alice"));
        Assert.Equal(new Credentials(alice.Id, "Alice", "hash"), reader.FindCredentials("Alice"));
        Assert.Equal(
            new AccountDetails(alice.Id, "Alice", Now, AccountStatus.Active, HasPassword: true), reader.FindAccountDetails("Alice"));
        Assert.Null(Writer.FindAccount("alice"));
        Assert.Null(reader.FindAccount("alice"));
        Assert.Null(reader.FindCredentials("alice"));
        Assert.Null(reader.FindAccountDetails("alice"));
        Assert.NotNull(Writer.CreateAccount("alice", "hash", Now));
    }

    [Fact]
    public void A_name_is_given_once()
    {
        Register("alice");
        Assert.Null(Writer.CreateAccount("alice", "another", Now));
        Assert.NotNull(Writer.CreateAccount("bob", "h", Now));
        Assert.Null(Writer.CreateAccount("bob", "another", Now));
        Commit();
        Assert.Equal("hash of alice", Store.Reader().FindCredentials("alice")!.PasswordHash);
        Assert.Equal("h", Store.Reader().FindCredentials("bob")!.PasswordHash);
    }

    [Fact]
    public void A_password_hash_is_kept_verbatim_and_one_for_an_unknown_account_changes_nothing()
    {
        var alice = Register("alice")[0];
        const string Hash = "$x$1000$ä=='; --";
        Writer.SetPasswordHash(alice, Hash);
        Writer.SetPasswordHash(alice + 1_000, "nobody's");
        Commit();
        Assert.Equal(Hash, Store.Reader().FindCredentials("alice")!.PasswordHash);
    }

    [Fact]
    public void The_largest_number_behind_a_prefix_of_the_hashes_is_found()
    {
        Assert.Equal((0, 0), Store.Reader().LargestHashNumber("$a$", after: 0, count: 10));
        foreach (var (name, hash) in new[] { ("u1", "$a$900$x"), ("u2", "$a$12000$y"), ("u3", "$b$99999$z"), ("u4", "!") })
            Writer.CreateAccount(name, hash, Now);
        Commit();
        var reader = Store.Reader();
        Assert.Equal((12_000, 0), reader.LargestHashNumber("$a$", after: 0, count: 10));
        Assert.Equal((0, 0), reader.LargestHashNumber("$c$", after: 0, count: 10));
        // Page by page, of which the last may be empty.
        var (largest, last) = reader.LargestHashNumber("$a$", after: 0, count: 2);
        Assert.Equal(12_000, largest);
        (largest, last) = reader.LargestHashNumber("$a$", last, count: 2);
        Assert.Equal(0, largest);
        Assert.Equal((0, 0), reader.LargestHashNumber("$a$", last, count: 2));
    }

    [Fact]
    public void A_block_holds_in_one_direction_and_may_be_said_twice()
    {
        var users = Register("alice", "bob", "carol");
        var (alice, bob, carol) = (users[0], users[1], users[2]);
        Writer.Block(alice, carol, Now);
        Writer.Block(alice, bob, Now);
        Writer.Block(alice, bob, Now);
        Writer.Unblock(bob, alice);
        Commit();
        var reader = Store.Reader();
        Assert.True(Writer.IsBlocked(alice, bob));
        Assert.False(Writer.IsBlocked(bob, alice));
        Assert.True(reader.IsBlocked(alice, bob));
        Assert.False(reader.IsBlocked(bob, alice));
        Assert.Equal(new[] { bob, carol }.Order(), reader.ListBlocked(alice, after: 0, count: 100));
        Assert.Empty(reader.ListBlocked(bob, after: 0, count: 100));

        Writer.Unblock(alice, bob);
        Writer.Unblock(alice, bob);
        Commit();
        Assert.Equal([carol], reader.ListBlocked(alice, after: 0, count: 100));
        Assert.False(Writer.IsBlocked(alice, bob));
        Store.Crash();
        Assert.Equal([carol], Store.Reader().ListBlocked(alice, after: 0, count: 100));
    }

    [Fact]
    public void A_suspended_account_keeps_everything_and_is_opened_again()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        Assert.True(Writer.Suspend(alice));
        Assert.True(Writer.Suspend(alice));
        Commit();
        AssertStatus("alice", AccountStatus.Suspended, hasPassword: true);
        Assert.Equal("hash of alice", Store.Reader().FindCredentials("alice")!.PasswordHash);
        var id = Say(bob, alice, "kept for alice")[0];
        Assert.Equal([id], Pending(alice));
        Assert.True(Writer.Resume(alice));
        Commit();
        AssertStatus("alice", AccountStatus.Active, hasPassword: true);
        Assert.False(Writer.Suspend(alice + 1_000));
        Assert.False(Writer.Resume(alice + 1_000));
    }

    [Fact]
    public void A_deleted_account_keeps_its_name_and_lets_nobody_in()
    {
        var alice = Register("alice")[0];
        Assert.True(Writer.Delete(alice));
        Commit();
        Assert.False(Writer.Delete(alice));
        Assert.False(Writer.Suspend(alice));
        Assert.False(Writer.Resume(alice));
        Assert.False(Writer.Delete(alice + 1_000));
        Writer.SetPasswordHash(alice, "back again");
        Commit();
        AssertStatus("alice", AccountStatus.Deleted, hasPassword: false);
        Assert.Equal(Credentials.UnusableHash, Store.Reader().FindCredentials("alice")!.PasswordHash);
        Assert.Null(Writer.CreateAccount("alice", "h", Now));
    }

    [Fact]
    public void What_a_deleted_account_sent_stays_with_its_recipients_and_in_conversations()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var sent = Say(alice, bob, "from alice")[0];
        var waits = Say(bob, alice, "for alice")[0];
        Writer.Delete(alice);
        Commit();
        Assert.Equal([sent, waits], Conversation(alice, bob));
        Assert.Equal([sent], Pending(bob));
        Store.Crash();
        Assert.Equal([sent, waits], Conversation(alice, bob));
        Assert.Equal([sent], Pending(bob));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_deletion_or_an_erasure_that_is_rolled_back_takes_nothing(bool isErasure)
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var id = Say(bob, alice, "for alice")[0];
        Assert.True(isErasure ? Writer.BeginErasure(alice) : Writer.Delete(alice));
        Writer.Rollback();
        Assert.False(Store.Reader().IsErasurePending(alice));
        Assert.Equal([id], Pending(alice));
        AssertStatus("alice", AccountStatus.Active, hasPassword: true);
    }

    [Fact]
    public void An_erased_person_is_gone_with_every_message_and_the_name_is_free_for_another_account()
    {
        var users = Register("alice", "bob", "carol");
        var (alice, bob, carol) = (users[0], users[1], users[2]);
        Say(alice, bob, "secret");
        Say(bob, alice, "secret too");
        var kept = Say(carol, bob, "kept")[0];
        Writer.Block(alice, bob, Now);
        Writer.Block(carol, alice, Now);
        Assert.True(Writer.BeginErasure(alice));
        Commit();
        Assert.True(Store.Reader().IsErasurePending(alice));
        AssertStatus("alice", AccountStatus.Deleted, hasPassword: false);
        Assert.Null(Writer.CreateAccount("alice", "h", Now));

        Store.Crash();
        FinishErasure(alice);
        var reader = Store.Reader();
        Assert.Empty(Conversation(alice, bob));
        Assert.Equal([kept], Pending(bob));
        Assert.Empty(reader.ListContacts(alice, after: 0, count: 100));
        Assert.DoesNotContain(alice, reader.ListContacts(bob, after: 0, count: 100));
        Assert.Empty(reader.ListBlocked(alice, after: 0, count: 100));
        Assert.Empty(reader.ListBlocked(carol, after: 0, count: 100));
        Assert.Null(reader.FindAccountDetails("alice"));
        Assert.False(Writer.BeginErasure(alice));
        Writer.Rollback();
        Assert.NotEqual(alice, Register("alice")[0]);
    }

    [Fact]
    public void Usernames_come_in_pages_sorted_by_bytes_without_deleted_accounts()
    {
        var names = new[] { "Zoe", "adam", "a-b", "a_b", "bob", "carol", "gone" };
        var ids = Register(names);
        Writer.Suspend(ids[0]);
        Writer.Delete(ids[^1]);
        Commit();
        var expected = names[..^1].OrderBy(static name => name, StringComparer.Ordinal).ToList();
        Assert.Equal(expected, Pages(static (reader, after) => reader.ListUsernames(after, 2), static name => name));
        Assert.Equal(expected[..3], Store.Reader().ListUsernames("", 3));
    }

    [Fact]
    public void Accounts_come_in_pages_sorted_by_bytes_with_deleted_ones()
    {
        var names = new[] { "Zoe", "adam", "a-b", "a_b", "gone" };
        var ids = Register(names);
        Writer.Suspend(ids[0]);
        Writer.Delete(ids[^1]);
        Commit();
        var accounts = Pages(static (reader, after) => reader.ListAccounts(after, 2), static account => account.Username);
        Assert.Equal(names.OrderBy(static name => name, StringComparer.Ordinal), accounts.Select(static account => account.Username));
        Assert.Contains(new AccountDetails(ids[0], "Zoe", Now, AccountStatus.Suspended, HasPassword: true), accounts);
        Assert.Contains(new AccountDetails(ids[^1], "gone", Now, AccountStatus.Deleted, HasPassword: false), accounts);
    }

    [Fact]
    public void A_network_is_known_soon_after_it_was_noted_and_the_newest_16_are_kept()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        for (var mark = 1; mark <= NetworksKept + 4; mark++)
            Writer.NoteNetwork(alice, mark, Now + mark);
        Writer.NoteNetwork(bob, 5, Now);
        Store.Advance(TimeSpan.FromMinutes(1));
        Maintain();
        var reader = Store.Reader();
        Assert.Null(reader.FindNetwork(alice, 4));
        Assert.Equal(Now + 5, reader.FindNetwork(alice, 5));
        Assert.Equal(Now + NetworksKept + 4, reader.FindNetwork(alice, NetworksKept + 4));
        Assert.Equal(Now, reader.FindNetwork(bob, 5));
        Assert.Null(reader.FindNetwork(bob, 6));

        Writer.NoteNetwork(alice, 5, Now + 100);
        Store.Restart();
        Assert.Equal(Now + 100, Store.Reader().FindNetwork(alice, 5));
        Writer.Delete(alice);
        Commit();
        Store.Advance(TimeSpan.FromMinutes(1));
        Maintain();
        Assert.Null(Store.Reader().FindNetwork(alice, 5));
    }

    [Fact]
    public void The_key_of_networks_is_the_stores_own_and_stays()
    {
        var key = Store.Reader().ReadNetworkKey();
        Assert.True(key.Length >= 16);
        Assert.NotEqual(new byte[key.Length], key);
        Store.Restart();
        Assert.Equal(key, Store.Reader().ReadNetworkKey());
        using var other = Open();
        Assert.NotEqual(key, other.Reader().ReadNetworkKey());
    }

    private void AssertStatus(string name, AccountStatus status, bool hasPassword)
    {
        var reader = Store.Reader();
        Assert.Equal(status, Writer.FindAccount(name)!.Value.Status);
        Assert.Equal(status, reader.FindAccount(name)!.Value.Status);
        Assert.Equal(status, reader.FindCredentials(name)!.Status);
        Assert.Equal((status, hasPassword), (reader.FindAccountDetails(name)!.Status, reader.FindAccountDetails(name)!.HasPassword));
    }

    private List<T> Pages<T>(Func<IStoreReader, string, IReadOnlyList<T>> read, Func<T, string> name)
    {
        var (reader, all) = (Store.Reader(), new List<T>());
        while (read(reader, all.Count == 0 ? "" : name(all[^1])) is { Count: > 0 } page)
        {
            Assert.True(all.Count + page.Count <= 1_000, "Pages do not come to an end.");
            all.AddRange(page);
        }

        return all;
    }
}
