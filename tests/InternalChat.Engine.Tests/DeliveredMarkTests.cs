using System.Collections.Concurrent;
using InternalChat.Engine.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

public sealed class DeliveredMarkTests
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_message_that_was_flushed_and_not_acknowledged_comes_again()
    {
        await using var server = new TestServer();
        var bob = await server.LogInAs("bob", new FakeProgress());
        var alice = await server.LogInAs("alice");
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob hi"));
        Assert.StartsWith("FROM 1 ", await bob.Line(), StringComparison.Ordinal);
        bob.Vanish();
        await Phase.Within(bob.Served, "the broken connection");
        Assert.StartsWith("FROM 1 ", await (await server.LogInAs("bob")).Line(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_acknowledged_does_not_come_again_also_where_the_connection_breaks()
    {
        await using var server = new TestServer();
        var progress = new FakeProgress();
        var bob = await server.LogInAs("bob", progress);
        await Receive(server, bob, messages: 3);
        progress.AcknowledgedBytes = bob.ReceivedBytes;
        bob.Vanish();
        await Phase.Within(bob.Served, "the broken connection");
        Assert.Empty(await server.TakePending("bob"));
    }

    [Fact]
    public async Task What_came_after_the_acknowledged_bytes_comes_again_where_the_connection_breaks()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(time: time);
        var progress = new FakeProgress();
        var bob = await server.LogInAs("bob", progress);
        await Receive(server, bob, messages: 2);
        time.Advance(Beat);
        progress.AcknowledgedBytes = bob.ReceivedBytes;
        await Receive(server, bob, messages: 1);
        bob.Vanish();
        await Phase.Within(bob.Served, "the broken connection");
        Assert.StartsWith("FROM 3 ", Assert.Single(await server.TakePending("bob")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_transport_counts_its_own_bytes_nothing_is_taken_for_acknowledged_before_all_is()
    {
        await using var server = new TestServer();
        var progress = new FakeProgress();
        var bob = await server.LogInAs("bob", progress);
        await Receive(server, bob, messages: 3);
        // As below TLS, where more is written than the session knows of: as many bytes acknowledged as it wrote mean nothing.
        progress.WrittenBytes = bob.ReceivedBytes + 1_000;
        progress.AcknowledgedBytes = bob.ReceivedBytes;
        bob.Vanish();
        await Phase.Within(bob.Served, "the broken connection");
        Assert.Equal(3, (await server.TakePending("bob")).Count);
    }

    [Fact]
    public async Task An_orderly_end_waits_for_the_acknowledgement()
    {
        await using var server = new TestServer();
        var progress = new FakeProgress { WrittenBytes = 5_000 };
        var bob = await server.LogInAs("bob", progress);
        var alice = await server.LogInAs("alice");
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob hi"));
        bob.Send("QUIT");
        await bob.Lines(2);
        Assert.False(bob.Served.IsCompleted);
        progress.AcknowledgedBytes = 5_000;
        Assert.Null(await bob.TryLine());
        Assert.Empty(await server.TakePending("bob"));
    }

    [Fact]
    public async Task The_heartbeat_notes_what_was_acknowledged_and_once_only()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(time: time);
        var progress = new FakeProgress();
        var bob = await server.LogInAs("bob", progress);
        var alice = await server.LogInAs("alice");
        var marks = new ConcurrentQueue<long>();
        server.Store.AfterSetDelivered = (_, id) => marks.Enqueue(id);
        await alice.Ask("MSG bob one");
        await bob.Line();
        time.Advance(Beat);
        progress.AcknowledgedBytes = bob.ReceivedBytes;
        await alice.Ask("MSG bob two");
        await bob.Line();
        time.Advance(Beat);
        await Phase.Until(() => marks.Contains(1), "the first mark");
        progress.AcknowledgedBytes = bob.ReceivedBytes;
        time.Advance(Beat);
        time.Advance(Beat);
        await Phase.Until(() => marks.Contains(2), "the second mark");
        time.Advance(Beat);
        Assert.Equal("PONG", await bob.Ask("PING"));
        Assert.Equal("OK unblocked alice", await bob.Ask("UNBLOCK alice"));
        Assert.Equal([1, 2], marks.Where(static id => id > 0));
    }

    [Fact]
    public async Task A_mark_that_found_the_queue_full_is_noted_at_the_next_beat()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(TestServer.Quiet with { QueueCapacity = 1 }, time);
        var bob = await server.LogInAs("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob hi"));
        await bob.Line();
        var marks = new ConcurrentQueue<long>();
        server.Store.AfterSetDelivered = (_, id) => marks.Enqueue(id);
        using (await SlowDisk.Hold(server, alice, "BLOCK bob"))
        {
            alice.Send("BLOCK bob");
            await Phase.Until(() => server.Engine.QueuedOperations == 1, "the queue is full");
            time.Advance(Beat);
        }

        await alice.Lines(2);
        time.Advance(Beat);
        await Phase.Until(() => marks.Contains(1), "the mark");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(9_000L)]
    public async Task A_peer_that_no_longer_answers_loses_its_name_to_its_next_connection(long? written)
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(time: time);
        var progress = new FakeProgress();
        var alice = await server.LogInAs("alice", progress);
        progress.AcknowledgedBytes = written ?? alice.ReceivedBytes;
        progress.WrittenBytes = written;
        time.Advance(Beat);
        Assert.Equal("PONG", await alice.Ask("PING"));
        // Written, and not acknowledged.
        progress.WrittenBytes = written + 40;
        progress.Silence = TimeSpan.FromSeconds(49);
        time.Advance(Beat);
        Assert.False(alice.Aborted.IsCompleted);
        progress.Silence = TimeSpan.FromSeconds(50);
        time.Advance(Beat);
        await Phase.Within(alice.Aborted, "the cut");
        await Phase.Within(alice.Served, "the end");
        await server.LogInAs("alice");
    }

    /// <summary>Somebody else sends messages, which arrive.</summary>
    private static async Task Receive(TestServer server, TestClient recipient, int messages)
    {
        var sender = await server.LogInAs("sender");
        for (var message = 0; message < messages; message++)
        {
            Assert.StartsWith("DELIVERED ", await sender.Ask($"MSG {recipient} hi"), StringComparison.Ordinal);
            Assert.StartsWith("FROM ", await recipient.Line(), StringComparison.Ordinal);
        }

        await sender.Quit();
    }
}
