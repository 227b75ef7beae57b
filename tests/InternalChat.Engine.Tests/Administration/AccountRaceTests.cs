using InternalChat.Engine.Operations;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Engine.Writing;
using InternalChat.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests.Administration;

/// <summary>
/// An operator's change of an account beside what its user is just doing: the writer's order decides, and nothing slips past.
/// </summary>
public sealed class AccountRaceTests
{
    private const string Suspended = "ERROR SUSPENDED the operator closed this account";
    private const string AuthFailed = "ERROR AUTH_FAILED wrong user name or password";
    private static readonly UserName Alice = UserName.Parse("alice");

    public static TheoryData<string> Changes => ["suspend", "delete", "passwd"];

    [Theory]
    [InlineData("suspend")]
    [InlineData("delete")]
    public async Task Whatever_stands_behind_the_change_is_refused_at_every_command_and_nothing_of_it_is_stored(string change)
    {
        await using var server = new TestServer();
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        Assert.Equal("DELIVERED 1", await bob.Ask("MSG alice read me"));
        await alice.Lines(1);
        using (var disk = await HoldWriter(server))
        {
            var done = Change(server, change);
            await Phase.Until(() => server.Engine.QueuedOperations == 1, "the change is with the writer");
            alice.SendLines(["MSG bob one", "READ 1", "BLOCK bob", "UNBLOCK bob", "MSG bob two", "LIST"]);
            await Phase.Until(() => server.Engine.QueuedOperations == 6, "all are with the writer");
            disk.GoOn();
            Assert.Equal(AccountChangeOutcome.Done, await Phase.Within(done, change));
        }

        Assert.Equal([Suspended, Suspended, Suspended, Suspended, Suspended, Suspended], await alice.ReadToEnd());
        Assert.Empty(await bob.SoFar());
        Assert.Equal(1, server.Database.LastMessageId);
    }

    [Fact]
    public async Task What_stands_before_the_change_is_done()
    {
        await using var server = new TestServer();
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        using (var disk = await HoldWriter(server))
        {
            alice.Send("MSG bob in time");
            await Phase.Until(() => server.Engine.QueuedOperations == 1, "the message is with the writer");
            var done = Change(server, "suspend");
            disk.GoOn();
            Assert.Equal(AccountChangeOutcome.Done, await Phase.Within(done, "the change"));
        }

        Assert.Equal(["DELIVERED 1", Suspended], await alice.ReadToEnd());
        Assert.Matches("^FROM 1 alice [0-9]+ in time$", await bob.Line());
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_login_that_stands_behind_the_change_does_not_get_in(string change)
    {
        await using var server = new TestServer();
        await server.Register("alice");
        var alice = server.Connect();
        using (var disk = await HoldWriter(server))
        {
            var done = Change(server, change);
            await Phase.Until(() => server.Engine.QueuedOperations == 1, "the change is with the writer");
            // Verified a moment ago: it needs nothing but the writer.
            alice.Send("AUTH alice password");
            await Phase.Until(() => server.Engine.QueuedOperations == 2, "both are with the writer");
            disk.GoOn();
            Assert.Equal(AccountChangeOutcome.Done, await Phase.Within(done, change));
        }

        Assert.Equal(change == "suspend" ? Suspended : AuthFailed, await alice.Line());
        Assert.Equal("witness", Assert.Single(server.Engine.Sessions.List(after: null, limit: 2)).User);
    }

    [Theory]
    [InlineData("suspend")]
    [InlineData("delete")]
    public async Task A_login_that_stands_before_the_change_in_the_same_batch_gets_in_and_is_sent_away(string change)
    {
        await using var server = new TestServer();
        await server.Register("alice");
        var bob = await server.LogInAs("bob");
        var alice = server.Connect();
        using (var disk = await HoldWriter(server))
        {
            alice.Send("AUTH alice password");
            await Phase.Until(() => server.Engine.QueuedOperations == 1, "the login is with the writer");
            var done = Change(server, change);
            disk.GoOn();
            Assert.Equal(AccountChangeOutcome.Done, await Phase.Within(done, change));
        }

        Assert.Equal(["OK authenticated", Suspended], await alice.ReadToEnd());
        // The login has put the name into the writer's directory again.
        Assert.Equal(change == "suspend" ? "OK queued 1" : "ERROR UNKNOWN_TARGET no such user", await bob.Ask("MSG alice hi"));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_login_that_waits_for_the_end_of_an_older_session_does_not_get_in(string change)
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(time: time);
        var progress = new FakeProgress();
        var old = await server.LogInAs("alice", progress);
        var bob = await server.LogInAs("bob");
        Assert.Equal("DELIVERED 1", await bob.Ask("MSG alice hi"));
        await old.Lines(1);
        // Not acknowledged: the session cannot end.
        Assert.Equal("OK bye", await old.Ask("QUIT"));
        var next = server.Connect();
        using (var disk = await HoldWriter(server))
        {
            next.Send("AUTH alice password");
            await Phase.Until(() => server.Engine.QueuedOperations == 1, "the login is with the writer");
            var done = Change(server, change);
            disk.GoOn();
            Assert.Equal(AccountChangeOutcome.Done, await Phase.Within(done, change));
        }

        Assert.Equal(change == "suspend" ? Suspended : AuthFailed, await next.Line());
        progress.AcknowledgedBytes = long.MaxValue;
        time.Advance(TimeSpan.FromSeconds(1));
        await Phase.Within(old.Served, "the end of the older session");
        Assert.Equal("OK hello", await next.Ask("HELLO 1"));
    }

    [Fact]
    public void Revisions_tell_what_changed_since_and_doubt_what_they_have_forgotten()
    {
        var revisions = new AccountRevisions();
        var before = revisions.Visible;
        Assert.False(revisions.HasChangedSince(1, before));
        revisions.Note(1);
        Assert.Equal(before, revisions.Visible);
        Assert.True(revisions.HasChangedSince(1, before));
        Assert.False(revisions.HasChangedSince(2, before));
        revisions.Publish();
        Assert.False(revisions.HasChangedSince(1, revisions.Visible));
        Assert.True(revisions.HasChangedSince(1, before));
        for (var account = 10; account < 10_000; account++)
            revisions.Note(account);
        Assert.True(revisions.HasChangedSince(1, before));
        // Nothing is known of the time before, so everything counts as changed; never the other way.
        Assert.True(revisions.HasChangedSince(2, before));
        revisions.Publish();
        Assert.False(revisions.HasChangedSince(1, revisions.Visible));
    }

    /// <summary>A batch of its own keeps the writer busy, so that what follows meets in the next one.</summary>
    private static async Task<SlowDisk> HoldWriter(TestServer server)
    {
        var witness = await server.LogInAs("witness");
        return await SlowDisk.Hold(server, witness, "BLOCK alice");
    }

    private static Task<AccountChangeOutcome> Change(TestServer server, string change) => change switch
    {
        "suspend" => server.Engine.Accounts.SuspendAsync(Alice),
        "delete" => server.Engine.Accounts.DeleteAsync(Alice),
        _ => server.Engine.Accounts.SetPasswordAsync(Alice, "new-password"),
    };
}
