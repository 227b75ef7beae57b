using InternalChat.Engine.Options;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

public sealed class PresenceTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Everybody_else_who_was_there_hears_of_comers_and_goers()
    {
        await using var server = Serve(PresenceMode.All);
        var alice = await server.LogInAs("alice");
        _time.Advance(Window);
        var bob = await server.LogInAs("bob");
        Assert.Empty(await alice.SoFar());
        _time.Advance(Window);
        Assert.Equal(["INFO user_online bob"], await alice.SoFar());
        Assert.Empty(await bob.SoFar());
        await bob.Quit();
        _time.Advance(Window);
        Assert.Equal(["INFO user_offline bob"], await alice.SoFar());
    }

    [Fact]
    public async Task The_changes_of_one_window_come_together_and_each_hears_of_those_after_itself()
    {
        await using var server = Serve(PresenceMode.All);
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        var carol = await server.LogInAs("carol");
        _time.Advance(Window);
        Assert.Equal(["INFO user_online bob", "INFO user_online carol"], await alice.SoFar());
        Assert.Equal(["INFO user_online carol"], await bob.SoFar());
        Assert.Empty(await carol.SoFar());
    }

    [Fact]
    public async Task A_flap_inside_the_window_is_not_announced()
    {
        await using var server = Serve(PresenceMode.All);
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        _time.Advance(Window);
        Assert.Equal(["INFO user_online bob"], await alice.SoFar());
        for (var i = 0; i < 3; i++)
        {
            await bob.Quit();
            bob = await server.LogInAs("bob");
        }

        _time.Advance(Window);
        Assert.Empty(await alice.SoFar());
    }

    [Fact]
    public async Task Who_logged_in_during_a_flap_hears_of_what_it_did_not_see()
    {
        await using var server = Serve(PresenceMode.All);
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        var carol = await server.LogInAs("carol");
        await bob.Quit();
        _time.Advance(Window);
        Assert.Equal(["INFO user_online carol"], await alice.SoFar());
        Assert.Equal(["INFO user_offline bob"], await carol.SoFar());

        bob = await server.LogInAs("bob");
        _time.Advance(Window);
        await alice.SoFar();
        await carol.SoFar();
        await bob.Quit();
        var dave = await server.LogInAs("dave");
        await server.LogInAs("bob");
        _time.Advance(Window);
        Assert.Equal(["INFO user_online dave"], await alice.SoFar());
        Assert.Equal(["INFO user_online dave"], await carol.SoFar());
        Assert.Equal(["INFO user_online bob"], await dave.SoFar());
    }

    [Fact]
    public async Task Who_comes_and_goes_and_comes_again_inside_a_window_is_announced_once()
    {
        await using var server = Serve(PresenceMode.All);
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        await bob.Quit();
        await server.LogInAs("bob");
        var carol = await server.LogInAs("carol");
        _time.Advance(Window);
        var heard = await alice.SoFar();
        Assert.Equal(["INFO user_online bob", "INFO user_online carol"], heard.Order(StringComparer.Ordinal));
        Assert.Empty(await carol.SoFar());
    }

    [Fact]
    public async Task Many_are_told_in_slices_with_a_pause_between()
    {
        await using var server = Serve(PresenceMode.All);
        var watchers = await LogInWatchersAsync(server, 3 * PresenceBroadcaster.SliceSessions);
        await server.LogInAs("visitor");
        _time.Advance(Window);
        // The visitor, who hears nothing, may be in the slice as well.
        Assert.InRange(CountTold(watchers), PresenceBroadcaster.SliceSessions - 1, PresenceBroadcaster.SliceSessions);
        _time.Advance(PresenceBroadcaster.SlicePause);
        Assert.InRange(CountTold(watchers), (2 * PresenceBroadcaster.SliceSessions) - 1, 2 * PresenceBroadcaster.SliceSessions);
        AdvancePauses();
        foreach (var watcher in watchers)
            Assert.Equal(["INFO user_online visitor"], await watcher.SoFar());
    }

    [Fact]
    public async Task What_changes_while_many_are_told_comes_after_it_and_never_before()
    {
        await using var server = Serve(PresenceMode.All);
        var watchers = await LogInWatchersAsync(server, 2 * PresenceBroadcaster.SliceSessions);
        var visitor = await server.LogInAs("visitor");
        _time.Advance(Window);
        Assert.Empty(await visitor.Quit());
        var newcomer = await server.LogInAs("newcomer");
        AdvancePauses();
        foreach (var watcher in watchers)
            Assert.Equal(["INFO user_online visitor"], await watcher.SoFar());
        _time.Advance(Window);
        AdvancePauses();
        foreach (var watcher in watchers)
            Assert.Equal(["INFO user_offline visitor", "INFO user_online newcomer"], await watcher.SoFar());
        Assert.Empty(await newcomer.SoFar());
    }

    [Fact]
    public async Task With_contacts_only_those_hear_where_both_have_written()
    {
        await using var server = Serve(PresenceMode.Contacts);
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        var carol = await server.LogInAs("carol");
        Assert.StartsWith("DELIVERED ", await alice.Ask("MSG bob hi"), StringComparison.Ordinal);
        await bob.Line();
        Assert.StartsWith("DELIVERED ", await bob.Ask("MSG alice hi"), StringComparison.Ordinal);
        await alice.Line();
        _time.Advance(Window);
        await alice.Expect("INFO user_online bob");
        Assert.Empty(await bob.Quit());
        // The first news may still be on its way to other contacts, and the next window begins after it.
        await Phase.Until(
            () =>
            {
                _time.Advance(Window);
                return alice.HasUnread;
            },
            "the next news");
        await alice.Expect("INFO user_offline bob");
        Assert.Empty(await carol.SoFar());
    }

    [Fact]
    public async Task Off_is_silence()
    {
        await using var server = Serve(PresenceMode.Off);
        var alice = await server.LogInAs("alice");
        await server.LogInAs("bob");
        _time.Advance(Window);
        Assert.Empty(await alice.SoFar());
    }

    [Fact]
    public async Task Nobody_is_announced_before_it_has_its_messages()
    {
        await using var server = Serve(PresenceMode.All);
        await server.Register("bob");
        _time.Advance(Window);
        var alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));
        var bob = await server.LogInAs("bob");
        Assert.StartsWith("FROM 1 ", await bob.Line(), StringComparison.Ordinal);
        await alice.Expect("DELIVERED 1");
        _time.Advance(Window);
        await alice.Expect("INFO user_online bob");
    }

    /// <summary>So many users who have heard of each other and have read that.</summary>
    private async Task<TestClient[]> LogInWatchersAsync(TestServer server, int count)
    {
        var watchers = new TestClient[count];
        for (var i = 0; i < count; i++)
            watchers[i] = await server.LogInAs($"watcher{i}");
        _time.Advance(Window);
        AdvancePauses();
        foreach (var watcher in watchers)
            await watcher.SoFar();
        return watchers;
    }

    private void AdvancePauses()
    {
        for (var i = 0; i < 4; i++)
            _time.Advance(PresenceBroadcaster.SlicePause);
    }

    private static int CountTold(TestClient[] watchers) => watchers.Count(static watcher => watcher.HasUnread);

    private TestServer Serve(PresenceMode mode) =>
        new(TestServer.Quiet with { Live = TestServer.QuietLive with { Presence = mode }, PresenceWindow = Window }, _time);
}
