using System.Net;
using InternalChat.Engine.Tests.Harness;
using InternalChat.TestKit.Metrics;

namespace InternalChat.Engine.Tests;

/// <summary>
/// What becomes of a connection whose place goes to a newcomer; which one that is, <see cref="ConnectionPlacesTests"/> say.
/// </summary>
public sealed class MadeRoomTests : IDisposable
{
    private const string Full = "ERROR SERVER_FULL too many connections";

    private static readonly IPAddress Strangers = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Home = IPAddress.Parse("192.0.2.2");

    private readonly MeterReadings _readings = new();

    public void Dispose() => _readings.Dispose();

    [Fact]
    public async Task Who_makes_room_hears_of_it_and_is_counted()
    {
        await using var server = Server(places: 2, _readings);
        var (first, second) = (server.Connect(), server.Connect());
        Assert.Equal("OK hello", await first.Ask("HELLO 1"));
        var alice = await server.LogInAs("alice");
        Assert.Equal([Full], await first.ReadToEnd());
        Assert.Equal("OK hello", await second.Ask("HELLO 1"));
        Assert.Equal("PONG", await alice.Ask("PING"));
        Assert.Equal(["{reason=made_room} 1"], _readings.ObserveAll("internalchat.connection.closed"));
        Assert.Equal([" 1"], _readings.ObserveAll("internalchat.connection.unauthenticated"));
        Assert.Equal([" 2"], _readings.ObserveAll("internalchat.connection.unauthenticated.limit"));
        Assert.Equal(2, server.Engine.ConnectionCount);
    }

    [Fact]
    public async Task Who_does_not_take_its_replies_is_not_waited_for()
    {
        await using var server = Server(places: 1);
        var deaf = server.Connect(pauseAt: 1_024);
        deaf.SendLines(Enumerable.Repeat("HELLO 1", 1_000));
        await Phase.Until(() => deaf.HasUnread, "replies wait");
        await server.LogInAs("alice");
        await Phase.Within(deaf.Served, "the deaf one is gone");
    }

    [Fact]
    public async Task A_login_that_waits_for_a_thread_keeps_its_place_whoever_comes()
    {
        var time = new HeldHashing();
        await using var server = Server(places: 4, time: time);
        TestClient alice;
        using (await time.Hold(server))
        {
            alice = server.Connect(Strangers);
            alice.Send("AUTH alice password");
            await Phase.Until(() => server.Engine.WaitingLogins == 1, "alice waits");
            for (var stranger = 0; stranger < 20; stranger++)
                server.Connect(Strangers);
            Assert.Equal("OK hello", await server.Connect(IPAddress.Parse("192.0.2.3")).Ask("HELLO 1"));
        }

        Assert.Equal("OK registered", await alice.Line());
    }

    [Fact]
    public async Task A_stranger_who_comes_again_and_again_keeps_nobody_out()
    {
        await using var server = Server(places: 10);
        var strangers = new List<TestClient>();
        for (var round = 0; round < 50; round++)
        {
            for (var stranger = 0; stranger < 20; stranger++)
                strangers.Add(server.Connect(Strangers));
            var alice = server.Connect(Home);
            await alice.LogIn("alice");
            await alice.Quit();
        }

        // Those who have made room are on their way out.
        await Phase.Until(() => strangers.Count(static stranger => !stranger.Served.IsCompleted) == 5, "half of the places are theirs");
    }

    [Fact]
    public async Task Nor_does_one_with_more_networks_while_they_are_fewer_than_places()
    {
        await using var server = Server(places: 50);
        for (var round = 0; round < 20; round++)
        {
            var alice = server.Connect(Home);
            for (var stranger = 0; stranger < 400; stranger++)
                server.Connect(IPAddress.Parse($"198.51.100.{stranger % 49}"));
            await alice.LogIn("alice");
            await alice.Quit();
        }
    }

    [Fact]
    public async Task A_full_server_takes_the_place_of_a_login_that_is_refused()
    {
        var time = new HeldHashing();
        await using var server = new TestServer(
            TestServer.Quiet with { Live = TestServer.QuietLive with { MaxConnections = 2 } }, time);
        await server.Register("alice");
        TestClient guessing;
        using (await time.Hold(server))
        {
            guessing = server.Connect(Strangers);
            guessing.Send("AUTH alice wrong-password");
            await Phase.Until(() => server.Engine.WaitingLogins == 1, "the guess waits");
            Assert.Equal([Full], await server.Connect(Home).ReadToEnd());
        }

        Assert.StartsWith("ERROR AUTH_FAILED ", await guessing.Line(), StringComparison.Ordinal);
        Assert.Equal([Full], await guessing.ReadToEnd());
    }

    [Fact]
    public async Task An_office_of_500_that_comes_at_once_has_room_at_a_server_for_1000()
    {
        await using var server = new TestServer(TestServer.Quiet with { Live = TestServer.QuietLive with { MaxConnections = 1_000 } });
        var office = Enumerable.Range(0, 500).Select(_ => server.Connect(Home)).ToList();
        foreach (var user in office)
            Assert.Equal("OK hello", await user.Ask("HELLO 1"));
    }

    private static TestServer Server(int places, MeterReadings? readings = null, TimeProvider? time = null) => new(
        TestServer.Quiet with { Live = TestServer.QuietLive with { MaxUnauthenticated = places } }, time, meter: readings?.Meter);
}
