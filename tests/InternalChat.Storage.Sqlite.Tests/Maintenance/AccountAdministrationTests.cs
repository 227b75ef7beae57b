namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

public sealed class AccountAdministrationTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    private IStoreWriter Accounts => _chat.Writer;

    public void Dispose() => _chat.Dispose();

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

    private void AssertStatus(string name, AccountStatus status)
    {
        Assert.Equal(status, _chat.Writer.FindAccount(name)!.Value.Status);
        Assert.Equal(status, _chat.Reader().FindAccount(name)!.Value.Status);
        Assert.Equal(status, _chat.Reader().FindCredentials(name)!.Status);
    }
}
