using System.Net;
using InternalChat.Engine.Options;
using InternalChat.Engine.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>Options that change while the engine runs, for those who are connected too.</summary>
public sealed class LiveOptionsTests
{
    [Fact]
    public async Task A_lower_rate_limit_holds_at_the_next_message_and_counts_what_came_before()
    {
        await using var server = new TestServer(Limited(5), new FakeTimeProvider());
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        for (var message = 1; message <= 3; message++)
            Assert.Equal($"OK queued {message}", await alice.Ask("MSG bob hi"));

        server.Engine.LiveOptions = Limited(3).Live;
        await Refused(alice);
    }

    [Fact]
    public async Task A_higher_rate_limit_gives_room_at_the_next_message()
    {
        await using var server = new TestServer(Limited(1), new FakeTimeProvider());
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));
        await Refused(alice);

        server.Engine.LiveOptions = Limited(2).Live;
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob hi"));
        await Refused(alice);
    }

    [Fact]
    public async Task A_rate_limit_can_be_taken_away_and_set()
    {
        await using var server = new TestServer(Limited(1), new FakeTimeProvider());
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));

        server.Engine.LiveOptions = TestServer.QuietLive;
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob hi"));
        server.Engine.LiveOptions = Limited(1).Live;
        await Refused(alice);
    }

    [Fact]
    public async Task A_new_limit_also_holds_for_who_reconnects()
    {
        await using var server = new TestServer(Limited(2), new FakeTimeProvider());
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));
        await alice.Quit();

        server.Engine.LiveOptions = Limited(1).Live;
        await Refused(await server.LogInAs("alice"));
    }

    [Fact]
    public async Task Registration_closes_and_opens()
    {
        await using var server = new TestServer();
        server.Engine.LiveOptions = TestServer.QuietLive with { RegistrationOpen = false };
        var stranger = server.Connect();
        Assert.StartsWith("ERROR AUTH_FAILED ", await stranger.Ask("AUTH alice password"), StringComparison.Ordinal);

        server.Engine.LiveOptions = TestServer.QuietLive;
        Assert.Equal("OK registered", await stranger.Ask("AUTH alice password"));
    }

    [Fact]
    public async Task Who_is_over_a_lowered_limit_of_connections_stays_and_nobody_joins()
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        server.Engine.LiveOptions = TestServer.QuietLive with { MaxConnections = 1 };

        Assert.StartsWith("ERROR SERVER_FULL ", Assert.Single(await server.Connect().ReadToEnd()), StringComparison.Ordinal);
        Assert.Equal("PONG", await alice.Ask("PING"));
        Assert.Equal("PONG", await bob.Ask("PING"));
        server.Engine.LiveOptions = TestServer.QuietLive with { MaxConnections = 3 };
        Assert.Equal("OK hello", await server.Connect().Ask("HELLO 1"));
    }

    [Fact]
    public async Task A_limit_per_address_counts_those_who_came_before_it()
    {
        await using var server = new TestServer();
        var first = server.Connect(IPAddress.Loopback);
        Assert.Equal("OK hello", await first.Ask("HELLO 1"));
        server.Engine.LiveOptions = TestServer.QuietLive with { MaxConnectionsPerAddress = 1 };

        var refusal = Assert.Single(await server.Connect(IPAddress.Loopback).ReadToEnd());
        Assert.StartsWith("ERROR SERVER_FULL ", refusal, StringComparison.Ordinal);
        await first.Quit();
        Assert.Equal("OK hello", await server.Connect(IPAddress.Loopback).Ask("HELLO 1"));
    }

    [Fact]
    public async Task Presence_begins_and_ends_to_be_told()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(TestServer.Quiet, time);
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");

        server.Engine.LiveOptions = TestServer.QuietLive with { Presence = PresenceMode.All };
        await bob.Quit();
        time.Advance(TestServer.Quiet.PresenceWindow);
        Assert.Equal(["INFO user_offline bob"], await alice.SoFar());

        // Also of what was noted and not yet told nothing comes.
        await server.LogInAs("bob");
        server.Engine.LiveOptions = TestServer.QuietLive;
        await server.LogInAs("carol");
        time.Advance(TestServer.Quiet.PresenceWindow);
        Assert.Empty(await alice.SoFar());
    }

    [Fact]
    public async Task A_shorter_time_to_authenticate_holds_for_who_is_connected_already()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(
            TestServer.Quiet with { Live = TestServer.QuietLive with { AuthTimeout = TimeSpan.FromHours(1) } }, time);
        var stranger = server.Connect();
        Assert.Equal("OK hello", await stranger.Ask("HELLO 1"));

        server.Engine.LiveOptions = TestServer.QuietLive with { AuthTimeout = TimeSpan.FromSeconds(1) };
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("ERROR TIMEOUT ", await stranger.Line(), StringComparison.Ordinal);
    }

    private static EngineOptions Limited(int messages) =>
        TestServer.Quiet with { Live = TestServer.QuietLive with { RateLimit = new RateLimit(messages, TimeSpan.FromSeconds(10)) } };

    private static async Task Refused(TestClient client) =>
        Assert.StartsWith("ERROR RATE_LIMIT ", await client.Ask("MSG bob hi"), StringComparison.Ordinal);
}
