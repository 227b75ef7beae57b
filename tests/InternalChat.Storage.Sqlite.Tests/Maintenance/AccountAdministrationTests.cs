namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

public sealed class AccountAdministrationTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    private IStoreWriter Accounts => _chat.Writer;

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void A_suspended_account_is_known_as_such_wherever_it_is_looked_up_until_it_is_reinstated()
    {
        var alice = _chat.Register("alice")[0];
        Assert.True(Accounts.Suspend(alice));
        _chat.Commit();
        AssertStatus("alice", AccountStatus.Suspended);
        _chat.Reopen();
        AssertStatus("alice", AccountStatus.Suspended);
        Assert.Equal("hash of alice", _chat.Reader().FindCredentials("alice")!.PasswordHash);

        Assert.True(Accounts.Reinstate(alice));
        _chat.Commit();
        AssertStatus("alice", AccountStatus.Active);
    }

    [Fact]
    public void A_deleted_account_lets_nobody_in_and_keeps_its_name()
    {
        var alice = _chat.Register("alice")[0];
        Assert.True(Accounts.Delete(alice));
        _chat.Commit();
        AssertStatus("alice", AccountStatus.Deleted);
        Assert.Equal(Credentials.UnusableHash, _chat.Reader().FindCredentials("alice")!.PasswordHash);
        Assert.Null(_chat.Writer.CreateAccount("alice", "h", 0));

        Assert.False(Accounts.Delete(alice));
        Assert.False(Accounts.Suspend(alice));
        Assert.False(Accounts.Reinstate(alice));
        _chat.Writer.SetPasswordHash(alice, "back again");
        _chat.Commit();
        AssertStatus("alice", AccountStatus.Deleted);
        Assert.Equal(Credentials.UnusableHash, _chat.Reader().FindCredentials("alice")!.PasswordHash);
    }

    [Fact]
    public void What_a_deleted_account_sent_stays_and_what_waits_for_it_is_never_delivered()
    {
        var (alice, bob) = (_chat.Register("alice")[0], _chat.Register("bob")[0]);
        _chat.Say(alice, bob, "from alice");
        _chat.Say(bob, alice, "for alice");
        Accounts.Delete(alice);
        _chat.Commit();

        Assert.Equal([2, 1], _chat.History(bob, alice));
        Assert.Equal([1], _chat.Pending(bob));
        Assert.Empty(_chat.Pending(alice));
        _chat.Reopen();
        Assert.Empty(_chat.Pending(alice));
    }

    [Fact]
    public void Names_of_deleted_accounts_are_not_listed_to_users_and_those_of_suspended_ones_are()
    {
        var ids = _chat.Register("alice", "bob", "carol");
        Accounts.Suspend(ids[0]);
        Accounts.Delete(ids[1]);
        _chat.Commit();
        Assert.Equal(["alice", "carol"], _chat.Reader().ListUsernames("", 10));
    }

    [Fact]
    public void An_operator_pages_through_all_accounts()
    {
        var ids = _chat.Register("bob", "alice", "carol");
        Accounts.Suspend(ids[0]);
        Accounts.Delete(ids[2]);
        _chat.Commit();

        var reader = _chat.Reader();
        Assert.Equal(
            [
                new AccountDetails(ids[1], "alice", 1_700_000_000, AccountStatus.Active, HasPassword: true),
                new AccountDetails(ids[0], "bob", 1_700_000_000, AccountStatus.Suspended, HasPassword: true),
            ],
            reader.ListAccounts("", 2));
        Assert.Equal(
            [new AccountDetails(ids[2], "carol", 1_700_000_000, AccountStatus.Deleted, HasPassword: false)],
            reader.ListAccounts("bob", 2));
        Assert.Empty(reader.ListAccounts("carol", 2));
    }

    [Fact]
    public void What_is_done_to_accounts_is_rolled_back_with_its_batch()
    {
        var (alice, bob, carol) = (_chat.Register("alice")[0], _chat.Register("bob")[0], _chat.Register("carol")[0]);
        Accounts.Suspend(alice);
        Accounts.Delete(bob);
        Accounts.BeginErasure(carol);
        Assert.Equal(AccountStatus.Deleted, _chat.Writer.FindAccount("carol")!.Value.Status);
        _chat.Writer.Rollback();
        Assert.False(_chat.Reader().IsErasurePending(carol));
        AssertStatus("alice", AccountStatus.Active);
        AssertStatus("bob", AccountStatus.Active);
        AssertStatus("carol", AccountStatus.Active);
        Assert.Equal("hash of bob", _chat.Reader().FindCredentials("bob")!.PasswordHash);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_waits_for_an_account_still_does_where_its_deletion_or_erasure_is_rolled_back(bool isErasure)
    {
        var (alice, bob) = (_chat.Register("alice")[0], _chat.Register("bob")[0]);
        _chat.Say(bob, alice, "for alice");
        Assert.True(isErasure ? Accounts.BeginErasure(alice) : Accounts.Delete(alice));
        _chat.Writer.Rollback();

        Assert.Equal([1], _chat.Pending(alice));
        _chat.Reopen();
        Assert.Equal([1], _chat.Pending(alice));
    }

    [Fact]
    public void Unknown_accounts_are_not_there_to_be_changed()
    {
        Assert.False(Accounts.Suspend(7));
        Assert.False(Accounts.Reinstate(7));
        Assert.False(Accounts.Delete(7));
        Assert.False(Accounts.BeginErasure(7));
    }

    private void AssertStatus(string name, AccountStatus status)
    {
        Assert.Equal(status, _chat.Writer.FindAccount(name)!.Value.Status);
        Assert.Equal(status, _chat.Reader().FindAccount(name)!.Value.Status);
        Assert.Equal(status, _chat.Reader().FindCredentials(name)!.Status);
    }
}
