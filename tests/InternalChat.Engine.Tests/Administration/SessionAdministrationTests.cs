using System.Net;
using InternalChat.Engine.Administration;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests.Administration;

public sealed class SessionAdministrationTests
{
    private static readonly UserName Alice = UserName.Parse("alice");

    [Fact]
    public async Task Sessions_are_listed_with_where_they_come_from_and_what_they_carried()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await using var server = new TestServer(time: time);
        await server.Register("bob");
        var waiting = await server.LogInAs("carol");
        Assert.Equal("OK queued 1", await waiting.Ask("MSG bob early"));
        var alice = server.Connect(IPAddress.Parse("192.0.2.7"));
        await alice.LogIn("alice");
        var bob = await server.LogInAs("bob");
        await bob.Expect("FROM 1 carol 1767323045 early");
        await waiting.Expect("DELIVERED 1");
        Assert.Equal("DELIVERED 2", await alice.Ask("MSG bob hi"));
        Assert.StartsWith("ERROR UNKNOWN_TARGET ", await alice.Ask("MSG nobody hi"), StringComparison.Ordinal);
        await bob.Expect("FROM 2 alice 1767323045 hi");
        Assert.Equal("PONG", await bob.Ask("PING"));
        time.Advance(TimeSpan.FromSeconds(30));

        var sessions = server.Engine.Sessions.List(after: null, limit: 10);
        Assert.Equal(
            [
                new SessionInfo("alice", IPAddress.Parse("192.0.2.7"), time.Start, SessionState.Live, 0, 1, 0),
                new SessionInfo("bob", null, time.Start, SessionState.Live, 0, 0, 2),
                new SessionInfo("carol", null, time.Start, SessionState.Live, 0, 1, 0),
            ],
            sessions);
    }

    [Fact]
    public async Task Strangers_are_not_listed_and_pages_follow_each_other()
    {
        await using var server = new TestServer();
        server.Connect();
        foreach (var name in new[] { "dave", "alice", "Zoe", "bob" })
            await server.LogInAs(name);
        Assert.Equal(["Zoe", "alice"], server.Engine.Sessions.List(after: null, limit: 2).Select(static session => session.User));
        Assert.Equal(["bob", "dave"], server.Engine.Sessions.List(Alice, limit: 2).Select(static session => session.User));
        Assert.Empty(server.Engine.Sessions.List(UserName.Parse("dave"), limit: 2));
    }

    [Fact]
    public async Task A_user_who_does_not_read_is_seen_catching_up()
    {
        await using var server = new TestServer();
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        for (var i = 0; i < 20; i++)
            await alice.Ask("MSG bob " + new string('x', 4_000));
        await server.LogInAs("bob", pauseAt: 4_096);
        var bob = server.Engine.Sessions.List(Alice, limit: 1)[0];
        Assert.Equal(("bob", SessionState.CatchingUp), (bob.User, bob.State));
    }

    [Fact]
    public async Task A_kicked_user_is_told_after_its_replies_and_may_come_back()
    {
        await using var server = new TestServer();
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        using (await SlowDisk.Hold(server, alice, "MSG bob hi"))
        {
            Assert.True(server.Engine.Sessions.Kick(Alice));
        }

        Assert.Equal(["OK queued 1", "INFO notice the operator has closed this connection"], await alice.ReadToEnd());
        Assert.False(server.Engine.Sessions.Kick(Alice));
        await server.LogInAs("alice");
    }

    [Fact]
    public async Task Everybody_online_and_nobody_else_hears_a_notice()
    {
        await using var server = new TestServer();
        var (alice, bob, stranger) = (await server.LogInAs("alice"), await server.LogInAs("bob"), server.Connect());
        Assert.True(NoticeText.TryParse("Wartung um 17:00 – bitte  abmelden", out var text));
        Assert.Equal(2, server.Engine.Sessions.Notify(text));
        await alice.Expect("INFO notice Wartung um 17:00 – bitte  abmelden");
        await bob.Expect("INFO notice Wartung um 17:00 – bitte  abmelden");
        Assert.Equal("OK hello", await stranger.Ask("HELLO 1"));
    }

    [Fact]
    public async Task Notices_to_a_user_who_does_not_read_are_dropped_and_do_not_close_its_connection()
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice", pauseAt: 1_024);
        Assert.True(NoticeText.TryParse(new string('x', NoticeText.MaxBytes), out var text));
        var told = 0;
        while (server.Engine.Sessions.Notify(text) == 1)
            Assert.True(++told < 10_000, "Notices were never dropped.");
        Assert.True(told > 1);
        await alice.Lines(told);
        Assert.Equal("PONG", await alice.Ask("PING"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("two\nlines")]
    [InlineData("two\rlines")]
    [InlineData("two\u2028lines")]
    [InlineData("a \u001b[31mcolour")]
    [InlineData("a \u0085 control character")]
    [InlineData("nul \0")]
    [InlineData(null)]
    public void A_notice_that_is_no_line_of_text_is_refused(string? text) => Assert.False(NoticeText.TryParse(text, out _));

    // The test runner mends such a text where it is a theory's.
    [Fact]
    public void A_notice_that_is_no_Unicode_is_refused() => Assert.False(NoticeText.TryParse("half \ud83d", out _));

    [Fact]
    public void A_notice_has_a_greatest_length_in_bytes()
    {
        Assert.True(NoticeText.TryParse(new string('ä', 512), out _));
        Assert.False(NoticeText.TryParse(new string('ä', 512) + "x", out _));
    }
}
