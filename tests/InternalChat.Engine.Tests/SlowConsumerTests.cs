using InternalChat.Engine.Options;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

public sealed class SlowConsumerTests
{
    [Fact]
    public async Task A_recipient_that_does_not_read_holds_up_nobody_and_later_gets_everything_once_in_order()
    {
        await using var server = new TestServer();
        GatedPipeWriter? output = null;
        var bob = server.Connect(pauseAt: 4_096, wrapOutput: inner => output = new GatedPipeWriter(inner));
        await bob.LogIn("bob");
        var alice = await server.LogInAs("alice");
        const int Messages = 2_000;
        for (var sent = 0; sent < Messages; sent += 100)
        {
            alice.SendLines(Enumerable.Range(sent, 100).Select(static i => $"MSG bob {i} {new string('x', 1_000)}"));
            await alice.Lines(100, "a reply to each");
        }

        Assert.InRange(output!.TotalBytes, 4_096, 160 * 1_024);
        for (var i = 0; i < Messages; i++)
            Assert.Matches($"^FROM {i + 1} alice [0-9]+ {i} x+$", await bob.Line());
        Assert.Empty(await bob.SoFar());
        Assert.Empty(await bob.Quit());
        Assert.Empty(await server.TakePending("bob"));
    }

    [Fact]
    public async Task A_recipient_whose_flush_takes_its_time_is_no_slow_consumer()
    {
        await using var server = new TestServer();
        GatedPipeWriter? output = null;
        using var gate = new ManualResetEventSlim();
        var bob = server.Connect(pauseAt: 8 << 20, wrapOutput: inner => output = new GatedPipeWriter(inner));
        await bob.LogIn("bob");
        var alice = await server.LogInAs("alice");
        output!.Gate = gate;
        bob.SendLines(["PING"]);
        await Phase.Within(output.Reached, "bob's flush");
        alice.SendLines(Enumerable.Range(0, 150).Select(static i => $"MSG bob {i} {new string('x', 4_000)}"));
        var replies = await alice.Lines(150);
        output.Gate = null;
        gate.Set();
        await bob.Expect("PONG");
        for (var i = 0; i < 150; i++)
            Assert.Matches($"^FROM {i + 1} alice [0-9]+ {i} x+$", await bob.Line());
        Assert.Empty(await bob.SoFar());
        var queued = replies.Count(static line => line.StartsWith("OK queued ", StringComparison.Ordinal));
        Assert.All(await alice.Lines(queued), static line => Assert.StartsWith("DELIVERED ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Short_commands_do_not_make_a_pile_of_replies()
    {
        await using var server = new TestServer();
        GatedPipeWriter? output = null;
        var client = server.Connect(pauseAt: 4_096, wrapOutput: inner => output = new GatedPipeWriter(inner));
        Assert.Equal("OK registered", await client.Ask("AUTH alice long-password"));
        client.SendBytes(Enumerable.Repeat((byte)'\n', 30_000).ToArray());
        await client.Lines(30_000);
        Assert.InRange(output!.MaxUnflushed, 1, 40 * 1_024);
    }

    [Fact]
    public async Task Receipts_beyond_the_bound_close_the_connection_and_messages_are_kept()
    {
        await using var server = new TestServer(
            TestServer.Quiet with { MaxWaitingBytes = 8 * 1_024 });
        await server.Register("bob");
        var alice = await server.LogInAs("alice", pauseAt: 512);
        for (var sent = 0; sent < 3_000; sent += 100)
        {
            alice.SendLines(Enumerable.Range(sent, 100).Select(static i => $"MSG bob {i}"));
            await alice.Lines(100);
        }

        var bob = await server.LogInAs("bob");
        Assert.Equal(3_000, (await bob.Lines(3_000)).Count);
        Assert.StartsWith("OK queued ", await bob.Ask("MSG alice kept"), StringComparison.Ordinal);
        var lines = await alice.ReadToEnd();
        Assert.Equal("ERROR SLOW_CONSUMER you do not read; your messages are kept", lines[^1]);
        alice = await server.LogInAs("alice");
        Assert.EndsWith(" kept", await alice.Line(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Presence_is_dropped_before_anything_else()
    {
        var options = TestServer.Quiet with
        {
            Live = TestServer.QuietLive with { Presence = PresenceMode.All },
            PresenceWindow = TimeSpan.Zero,
            MaxWaitingBytes = 2_048,
        };
        await using var server = new TestServer(options);
        var alice = await server.LogInAs("alice", pauseAt: 16);
        alice.Send("PING");
        await Phase.Until(() => alice.HasUnread, "the reply");
        var bob = await server.LogInAs("bob");
        for (var i = 0; i < 150; i++)
        {
            var guest = await server.LogInAs($"guest{i}");
            await bob.Expect($"INFO user_online guest{i}");
            await guest.Quit();
            await bob.Expect($"INFO user_offline guest{i}");
        }

        bob.Send("MSG alice hi");
        Assert.Matches("^OK queued 1$", await bob.Line());
        var lines = await alice.LinesUntil(static line => line.EndsWith(" hi", StringComparison.Ordinal), "the message");
        Assert.InRange(lines.Count(static line => line.StartsWith("INFO user_", StringComparison.Ordinal)), 1, 100);
        Assert.Contains("PONG", lines);
        await bob.Expect("DELIVERED 1");
        Assert.Equal("PONG", await alice.Ask("PING"));
    }

    [Fact]
    public async Task Presence_of_many_who_come_at_once_makes_nobody_a_slow_consumer()
    {
        var time = new FakeTimeProvider();
        var options = TestServer.Quiet with
        {
            Live = TestServer.QuietLive with { Presence = PresenceMode.All },
            PresenceWindow = TimeSpan.FromSeconds(1),
            MaxWaitingBytes = 2_048,
        };
        await using var server = new TestServer(options, time);
        await server.Register("carol");
        var alice = await server.LogInAs("alice", pauseAt: 16);
        Assert.Equal("OK queued 1", await alice.Ask("MSG carol hi"));
        alice.SendLines(["PING", "PING", "PING", "PING"]);
        for (var i = 0; i < 100; i++)
            await server.LogInAs($"guest{i}");
        // All of them are told on this thread: they are fewer than a slice.
        time.Advance(options.PresenceWindow);
        var carol = await server.LogInAs("carol");
        Assert.EndsWith(" hi", await carol.Line(), StringComparison.Ordinal);
        var lines = await alice.LinesUntil(static line => line is "DELIVERED 1", "the receipt");
        Assert.Equal(4, lines.Count(static line => line == "PONG"));
        Assert.DoesNotContain(await alice.SoFar(), static line => line.StartsWith("ERROR ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_that_a_stop_interrupts_has_no_torn_line()
    {
        await using var server = new TestServer(
            TestServer.Quiet with { MaxWaitingLogins = 4_000 });
        // More names than are written at once.
        await Task.WhenAll(Enumerable.Range(0, 1_100).Select(i => server.LogInAs($"somebody-with-a-long-name-{i:000000}")));
        var alice = await server.LogInAs("alice", pauseAt: 1_024);
        alice.Send("LIST");
        await Phase.Until(() => alice.HasUnread, "the first names");
        Assert.True(server.Engine.Sessions.Kick(UserName.Parse("alice")));
        var lines = await alice.ReadToEnd();
        Assert.All(lines[..^1], static line => Assert.Matches("^INFO (online|known): [A-Za-z0-9-]+(, [A-Za-z0-9-]+)*$", line));
        Assert.StartsWith("INFO notice ", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transport_that_throws_costs_its_own_connection_only()
    {
        await using var server = new TestServer();
        GatedPipeWriter? output = null;
        var bob = server.Connect(wrapOutput: inner => output = new GatedPipeWriter(inner));
        await bob.LogIn("bob");
        var alice = await server.LogInAs("alice");
        output!.Failure = new NotSupportedException("This transport has exceptions of its own.");
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob hi"));
        Assert.Equal("PONG", await alice.Ask("PING"));
        bob.Vanish();
        await Phase.Within(bob.Served, "bob's end");
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob again"));
        Assert.Equal(2, (await (await server.LogInAs("bob")).Lines(2)).Count);
    }
}
