using InternalChat.Engine.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests.Administration;

public sealed class DrainTests
{
    private const string Goodbye = "INFO server_shutdown";

    [Fact]
    public async Task Sessions_end_evenly_over_the_time()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(time: time);
        for (var i = 0; i < 10; i++)
            await server.LogInAs($"user{i}");
        var drained = server.Engine.TryDrain(TimeSpan.FromSeconds(100));
        Assert.NotNull(drained);
        for (var told = 1; told <= 10; told++)
        {
            await Phase.Until(() => server.Engine.ConnectionCount == 10 - told, $"{told} have left");
            Assert.Equal(told == 10, drained.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(9));
            Assert.Equal(10 - told, server.Engine.ConnectionCount);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await Phase.Within(drained, "the end of the drain");
    }

    [Fact]
    public async Task The_order_is_not_that_of_the_logins()
    {
        await using var server = new TestServer();
        // Of 20! orders at random one is that of the logins.
        var clients = new List<TestClient>();
        for (var i = 0; i < 20; i++)
            clients.Add(await server.LogInAs($"user{i:D2}"));
        var order = new List<TestClient>();
        var left = clients.Select(async client =>
        {
            await client.ReadToEnd();
            lock (order)
                order.Add(client);
        }).ToArray();
        await Phase.Within(server.Engine.TryDrain(TimeSpan.FromMilliseconds(400))!, "the end of the drain");
        await Phase.Within(Task.WhenAll(left), "all have left");
        Assert.NotEqual(clients, order);
    }

    [Fact]
    public async Task Over_no_time_all_are_told_at_once_after_their_replies()
    {
        await using var server = new TestServer();
        await server.Register("bob");
        var (alice, stranger) = (await server.LogInAs("alice"), server.Connect());
        using (await SlowDisk.Hold(server, alice, "MSG bob hi"))
        {
            await Phase.Within(server.Engine.TryDrain(TimeSpan.Zero)!, "the end of the drain");
        }

        Assert.Equal(["OK queued 1", Goodbye], await alice.ReadToEnd());
        Assert.Equal([Goodbye], await stranger.ReadToEnd());
    }

    [Fact]
    public async Task Who_comes_during_a_drain_is_sent_away_and_who_is_there_goes_on_talking()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(time: time);
        var clients = new[] { await server.LogInAs("alice"), await server.LogInAs("bob"), await server.LogInAs("carol") };
        var drained = server.Engine.TryDrain(TimeSpan.FromMinutes(1))!;
        await Phase.Until(() => server.Engine.ConnectionCount == 2, "the first has left");
        Assert.Equal(EngineState.Draining, server.Engine.State);
        Assert.Equal([Goodbye], await server.Connect().ReadToEnd());
        var there = clients.Where(static client => !client.Served.IsCompleted).ToArray();
        Assert.StartsWith("DELIVERED ", await there[0].Ask($"MSG {there[1]} hi"), StringComparison.Ordinal);
        Assert.StartsWith("FROM ", await there[1].Line(), StringComparison.Ordinal);
        Assert.False(drained.IsCompleted);
    }

    [Fact]
    public async Task A_login_under_way_when_the_drain_begins_does_not_outlive_it()
    {
        await using var server = new TestServer();
        await server.Register("alice");
        await server.Restart();
        var alice = server.Connect();
        using (await SlowDisk.Hold(server, alice, "AUTH newcomer password"))
        {
            await Phase.Within(server.Engine.TryDrain(TimeSpan.Zero)!, "the end of the drain");
        }

        Assert.Equal(["OK registered", Goodbye], await alice.ReadToEnd());
    }

    [Fact]
    public async Task A_second_drain_is_refused_and_one_of_a_server_that_stops()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(time: time);
        await server.LogInAs("alice");
        await server.LogInAs("bob");
        Assert.NotNull(server.Engine.TryDrain(TimeSpan.FromMinutes(1)));
        Assert.Null(server.Engine.TryDrain(TimeSpan.Zero));
        server.Engine.BeginShutdown();
        Assert.Null(server.Engine.TryDrain(TimeSpan.Zero));
    }

    [Fact]
    public async Task A_stop_ends_the_drain_at_once()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(time: time);
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        var drained = server.Engine.TryDrain(TimeSpan.FromHours(1))!;
        server.Engine.BeginShutdown();
        await Phase.Within(drained, "the end of the drain");
        Assert.Equal([Goodbye], await alice.ReadToEnd());
        Assert.Equal([Goodbye], await bob.ReadToEnd());
        Assert.Equal(EngineState.Stopping, server.Engine.State);
    }

    [Fact]
    public async Task Nobody_slips_through_between_the_last_admission_and_the_drain()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var server = new TestServer();
            var connecting = Task.Run(() => Enumerable.Range(0, 20).Select(_ => server.Connect()).ToArray());
            await Phase.Within(server.Engine.TryDrain(TimeSpan.Zero)!, "the end of the drain");
            foreach (var client in await connecting)
                Assert.Equal([Goodbye], await client.ReadToEnd());
        }
    }
}
