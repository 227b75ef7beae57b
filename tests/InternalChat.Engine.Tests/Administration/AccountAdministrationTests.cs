using System.Net;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.Storage;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests.Administration;

public sealed class AccountAdministrationTests
{
    private const string Suspended = "ERROR SUSPENDED the operator closed this account";
    private const string AuthFailed = "ERROR AUTH_FAILED wrong user name or password";
    private const string AuthFailedWhileClosed =
        "ERROR AUTH_FAILED no such account or wrong password; the operator creates accounts";
    private static readonly UserName Alice = UserName.Parse("alice");
    private static readonly UserName Bob = UserName.Parse("bob");

    [Fact]
    public async Task An_account_that_was_added_logs_in_with_its_password_also_while_registration_is_closed()
    {
        await using var server = new TestServer(TestServer.Quiet with { Live = TestServer.QuietLive with { RegistrationOpen = false } });
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.AddAsync(Alice, "the-password"));
        Assert.Equal(AccountChangeOutcome.NameTaken, await server.Engine.Accounts.AddAsync(Alice, "another-password"));
        Assert.Equal(AuthFailedWhileClosed, await server.Connect().Ask("AUTH alice another-password"));
        Assert.Equal("OK authenticated", await server.Connect().Ask("AUTH alice the-password"));
    }

    [Theory]
    [InlineData("seven77")]
    [InlineData("with space")]
    [InlineData("with\ttab-in-it")]
    [InlineData("with\nline-end")]
    public async Task A_password_that_AUTH_could_not_say_is_refused(string password)
    {
        await using var server = new TestServer();
        Assert.Equal(AccountChangeOutcome.PasswordRefused, await server.Engine.Accounts.AddAsync(Alice, password));
        Assert.Null(await server.Engine.Accounts.FindAsync(Alice));
    }

    [Fact]
    public async Task A_changed_password_is_the_only_one_from_then_on_and_the_connection_stays()
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.SetPasswordAsync(Alice, "new-password"));
        Assert.Equal("PONG", await alice.Ask("PING"));
        await alice.Quit();
        // The old one had been verified a moment ago.
        Assert.Equal(AuthFailed, await server.Connect().Ask("AUTH alice password"));
        Assert.Equal("OK authenticated", await server.Connect().Ask("AUTH alice new-password"));
        Assert.Equal(AccountChangeOutcome.NoSuchUser, await server.Engine.Accounts.SetPasswordAsync(Bob, "new-password"));
    }

    [Fact]
    public async Task A_user_who_is_resumed_while_its_messages_still_count_is_not_suspended_any_more()
    {
        var limit = new RateLimit(2, TimeSpan.FromSeconds(10));
        await using var server = new TestServer(
            TestServer.Quiet with { Live = TestServer.QuietLive with { RateLimit = limit } }, new FakeTimeProvider());
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.SuspendAsync(Alice));
        Assert.Equal([Suspended], await alice.ReadToEnd());
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.ResumeAsync(Alice));
        alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob hi"));
        Assert.StartsWith("ERROR RATE_LIMIT ", await alice.Ask("MSG bob hi"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspended_user_is_told_and_kept_out_and_finds_its_messages_when_resumed()
    {
        await using var server = new TestServer();
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.SuspendAsync(Alice));
        Assert.Equal([Suspended], await alice.ReadToEnd());
        Assert.Equal(Suspended, await server.Connect().Ask("AUTH alice password"));
        Assert.Equal("OK queued 1", await bob.Ask("MSG alice are you there"));
        Assert.Equal(["INFO online: bob", "INFO known: alice, bob"], await bob.AskFor("LIST", 2));

        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.SuspendAsync(Alice));
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.ResumeAsync(Alice));
        alice = await server.LogInAs("alice");
        Assert.Matches("^FROM 1 bob [0-9]+ are you there$", await alice.Line());
        Assert.Equal(AccountChangeOutcome.NoSuchUser, await server.Engine.Accounts.SuspendAsync(UserName.Parse("nobody")));
    }

    [Fact]
    public async Task A_stranger_does_not_learn_that_an_account_is_suspended()
    {
        await using var server = new TestServer();
        await server.Register("alice");
        await server.Engine.Accounts.SuspendAsync(Alice);
        Assert.Equal(AuthFailed, await server.Connect().Ask("AUTH alice wrong-password"));
        await server.Restart(TestServer.Quiet with { Live = TestServer.QuietLive with { RegistrationOpen = false } });
        Assert.Equal(AuthFailedWhileClosed, await server.Connect().Ask("AUTH alice wrong-password"));
        Assert.Equal(Suspended, await server.Connect().Ask("AUTH alice password"));
    }

    [Fact]
    public async Task A_deleted_user_is_unknown_to_all_and_its_name_stays_taken()
    {
        await using var server = new TestServer();
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        Assert.Equal("DELIVERED 1", await bob.Ask("MSG alice hi"));
        Assert.Matches("^FROM 1 bob [0-9]+ hi$", await alice.Line());
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.DeleteAsync(Alice));
        Assert.Equal([Suspended], await alice.ReadToEnd());

        Assert.Equal("ERROR UNKNOWN_TARGET no such user", await bob.Ask("MSG alice hello"));
        Assert.Equal("ERROR UNKNOWN_TARGET no such user", await bob.Ask("BLOCK alice"));
        Assert.Equal(["INFO online: bob", "INFO known: bob"], await bob.AskFor("LIST", 2));
        Assert.Equal(AuthFailed, await server.Connect().Ask("AUTH alice password"));
        Assert.Equal(AccountChangeOutcome.NameTaken, await server.Engine.Accounts.AddAsync(Alice, "password"));
        Assert.Equal(AccountChangeOutcome.IsDeleted, await server.Engine.Accounts.ResumeAsync(Alice));
        Assert.Equal(AccountChangeOutcome.IsDeleted, await server.Engine.Accounts.SetPasswordAsync(Alice, "password"));
        // What was said stays with whom it was said to.
        Assert.Equal("INFO history_count 1", (await bob.AskFor("HISTORY alice", 2))[0]);
    }

    [Fact]
    public async Task Accounts_are_listed_page_by_page_with_their_status()
    {
        await using var server = new TestServer();
        await server.Register("dave", "bob", "carol");
        await server.LogInAs("alice");
        await server.Engine.Accounts.SuspendAsync(Bob);
        await server.Engine.Accounts.DeleteAsync(UserName.Parse("carol"));
        var first = await server.Engine.Accounts.ListAsync("", 2);
        Assert.Equal(
            [("alice", AccountStatus.Active, true), ("bob", AccountStatus.Suspended, false)],
            first.Select(static entry => (entry.Account.Username, entry.Account.Status, entry.IsOnline)));
        var second = await server.Engine.Accounts.ListAsync("bob", 10);
        Assert.Equal(
            [("carol", AccountStatus.Deleted, false), ("dave", AccountStatus.Active, false)],
            second.Select(static entry => (entry.Account.Username, entry.Account.Status, entry.IsOnline)));
    }

    [Fact]
    public async Task Statuses_outlive_a_restart()
    {
        await using var server = new TestServer();
        await server.Register("alice", "bob");
        await server.Engine.Accounts.SuspendAsync(Alice);
        await server.Engine.Accounts.DeleteAsync(Bob);
        await server.Restart();
        Assert.Equal(Suspended, await server.Connect().Ask("AUTH alice password"));
        Assert.Equal(AuthFailed, await server.Connect().Ask("AUTH bob password"));
    }

    [Fact]
    public async Task What_cannot_be_stored_is_not_in_force()
    {
        await using var server = new TestServer();
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        server.Store.BeforeCommit = static () => throw new StorageException("The disk is full.");
        Assert.Equal(AccountChangeOutcome.NotStored, await server.Engine.Accounts.SuspendAsync(Alice));
        Assert.Equal(AccountChangeOutcome.NotStored, await server.Engine.Accounts.SetPasswordAsync(Alice, "new-password"));
        Assert.Equal(AccountChangeOutcome.NotStored, await server.Engine.Accounts.DeleteAsync(Alice));
        Assert.Equal(AccountChangeOutcome.NotStored, await server.Engine.Accounts.AddAsync(UserName.Parse("carol"), "password"));
        server.Store.BeforeCommit = null;
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob still here"));
        Assert.Matches("^FROM 1 alice [0-9]+ still here$", await bob.Line());
        await alice.Quit();
        await server.LogInAs("alice");
        Assert.Null(await server.Engine.Accounts.FindAsync(UserName.Parse("carol")));
    }

    [Fact]
    public async Task A_throttled_name_or_address_is_let_in_again_when_unlocked()
    {
        var here = IPAddress.Parse("192.0.2.1");
        await using var server = new TestServer(
            TestServer.Limiting(perNetwork: 2, perAddress: 4), new FakeTimeProvider());
        await server.Register("alice", "bob");
        await server.Restart();
        for (var attempt = 0; attempt < 2; attempt++)
            Assert.Equal(AuthFailed, await server.Connect(here).Ask("AUTH alice wrong-password"));
        Assert.StartsWith("ERROR AUTH_THROTTLED ", await server.Connect(here).Ask("AUTH alice password"), StringComparison.Ordinal);
        Assert.True(server.Engine.Accounts.Unlock(Alice));
        Assert.False(server.Engine.Accounts.Unlock(Alice));
        for (var attempt = 0; attempt < 2; attempt++)
            Assert.Equal(AuthFailed, await server.Connect(here).Ask("AUTH alice wrong-password"));
        Assert.StartsWith("ERROR AUTH_THROTTLED ", await server.Connect(here).Ask("AUTH bob password"), StringComparison.Ordinal);
        Assert.True(server.Engine.Accounts.Unlock(here));
        Assert.False(server.Engine.Accounts.Unlock(here));
        Assert.Equal("OK authenticated", await server.Connect(here).Ask("AUTH bob password"));
    }

    [Fact]
    public async Task Changes_asked_of_a_server_that_has_stopped_are_cancelled()
    {
        await using var server = new TestServer();
        await Phase.Within(server.Engine.DisposeAsync().AsTask(), "the end of the engine");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Engine.Accounts.SuspendAsync(Alice));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.Engine.Accounts.ListAsync("", 1));
    }
}
