using System.IO.Pipelines;
using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Options;
using InternalChat.Engine.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

public sealed class CloseTests
{
    /// <summary>For peers that would never take what is owed to them.</summary>
    private static EngineOptions CuttingSoon => TestServer.Quiet with { CloseTimeout = TimeSpan.FromMilliseconds(50) };

    private static EngineOptions OneConnectionPerAddress =>
        TestServer.Quiet with { Live = TestServer.QuietLive with { MaxConnectionsPerAddress = 1 } };

    [Fact]
    public async Task Quit_is_the_last_word_and_what_follows_it_is_ignored()
    {
        await using var server = new TestServer();
        var client = server.Connect();
        client.SendLines(["HELLO 1", "QUIT", "HELLO 1"]);
        Assert.Equal(["OK hello", "OK bye"], await client.ReadToEnd());
        Assert.Equal(0, server.Engine.ConnectionCount);
    }

    [Fact]
    public async Task A_line_longer_than_the_limit_ends_the_connection_after_earlier_replies()
    {
        await using var server = new TestServer();
        await server.Register("bob");
        var client = await server.LogInAs("alice");
        client.SendLines(["MSG bob hi", new string('x', 16_385), "PING"]);
        Assert.Equal(["OK queued 1", "ERROR BAD_REQUEST line too long"], await client.ReadToEnd());
    }

    [Fact]
    public async Task A_line_without_end_is_cut_at_the_limit()
    {
        await using var server = new TestServer();
        var client = server.Connect();
        client.SendBytes(new byte[16_385]);
        Assert.Equal(["ERROR BAD_REQUEST line too long"], await client.ReadToEnd());
    }

    [Fact]
    public async Task A_browser_gets_one_line()
    {
        await using var server = new TestServer();
        var client = server.Connect();
        client.SendLines(["GET / HTTP/1.1\r", "Host: chat\r", "Accept: */*\r", "\r"]);
        var line = Assert.Single(await client.ReadToEnd());
        Assert.StartsWith("ERROR BAD_REQUEST ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_after_the_last_line_end_are_dropped_and_replies_still_come()
    {
        await using var server = new TestServer();
        var client = server.Connect();
        client.SendBytes("HELLO 1\nHELLO 1"u8);
        client.HalfClose();
        Assert.Equal(["OK hello"], await client.ReadToEnd());
    }

    [Fact]
    public async Task A_half_closed_client_gets_its_replies_and_the_messages_that_it_logged_in_for()
    {
        await using var server = new TestServer();
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        alice.SendLines(Enumerable.Range(1, 2_000).Select(static i => $"MSG bob {i}"));
        await alice.Lines(2_000);

        var bob = server.Connect();
        bob.SendLines(["AUTH bob password", "MSG alice thanks", "PING"]);
        bob.HalfClose();
        var lines = await bob.ReadToEnd();
        Assert.Equal("OK authenticated", lines[0]);
        Assert.Equal(["DELIVERED 2001", "PONG"], lines.Where(static line => !line.StartsWith("FROM", StringComparison.Ordinal)).Skip(1));
        Assert.Equal(
            Enumerable.Range(1, 2_000).Select(static i => $"{i}"),
            lines.Where(static line => line.StartsWith("FROM", StringComparison.Ordinal)).Select(static line => line.Split(' ')[1]));
        Assert.Equal(2_001, (await alice.Lines(2_001)).Count);
        Assert.Empty(await server.TakePending("bob"));
    }

    [Fact]
    public async Task A_connection_that_does_not_authenticate_in_time_is_closed_however_busy_it_is()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(time: time);
        var client = server.Connect();
        for (var second = 0; second < 9; second++)
        {
            Assert.Equal("OK hello", await client.Ask("HELLO 1"));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("OK hello", await client.Ask("HELLO 1"));
        client.SendBytes("AUTH al"u8);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["ERROR TIMEOUT no authentication in time"], await client.ReadToEnd());
    }

    [Fact]
    public async Task A_user_who_is_idle_stays()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(time: time);
        var alice = await server.LogInAs("alice");
        for (var beat = 0; beat < 60; beat++)
            time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("PONG", await alice.Ask("PING"));
    }

    [Fact]
    public async Task One_connection_more_than_the_limit_is_refused_until_one_ends()
    {
        await using var server = new TestServer(TestServer.Quiet with { Live = TestServer.QuietLive with { MaxConnections = 2 } });
        var first = await server.LogInAs("alice");
        await server.LogInAs("bob");
        Assert.Equal(["ERROR SERVER_FULL too many connections"], await server.Connect().ReadToEnd());
        Assert.Equal(["ERROR SERVER_FULL too many connections"], await server.Connect().ReadToEnd());
        await first.Quit();
        Assert.Equal("OK hello", await server.Connect().Ask("HELLO 1"));
    }

    [Fact]
    public async Task Addresses_have_a_limit_of_their_own()
    {
        await using var server = new TestServer(OneConnectionPerAddress);
        var (here, there) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"));
        for (var round = 0; round < 3; round++)
        {
            var first = server.Connect(here);
            Assert.Equal("OK hello", await first.Ask("HELLO 1"));
            Assert.Equal(["ERROR SERVER_FULL too many connections"], await server.Connect(here).ReadToEnd());
            var other = server.Connect(there);
            Assert.Equal("OK hello", await other.Ask("HELLO 1"));
            await first.Quit();
            await other.Quit();
        }
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1")]
    [InlineData("::1", "::2", "::1:0:0:0:1")]
    public async Task An_IPv6_network_of_64_bits_counts_as_one_address(string first, string neighbour, string stranger)
    {
        await using var server = new TestServer(OneConnectionPerAddress);
        Assert.Equal("OK hello", await server.Connect(IPAddress.Parse(first)).Ask("HELLO 1"));
        Assert.Equal(["ERROR SERVER_FULL too many connections"], await server.Connect(IPAddress.Parse(neighbour)).ReadToEnd());
        Assert.Equal("OK hello", await server.Connect(IPAddress.Parse(stranger)).Ask("HELLO 1"));
    }

    [Fact]
    public async Task A_peer_without_an_address_is_not_counted()
    {
        await using var server = new TestServer(OneConnectionPerAddress);
        for (var connection = 0; connection < 3; connection++)
            Assert.Equal("OK hello", await server.Connect().Ask("HELLO 1"));
    }

    [Fact]
    public async Task A_stop_is_told_after_everything_submitted_is_answered()
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        await server.Register("bob");
        var stranger = server.Connect();
        using var disk = await SlowDisk.Hold(server, alice, "MSG bob one");
        alice.SendLines(["MSG bob two", "MSG bob three"]);
        Assert.Equal("OK hello", await stranger.Ask("HELLO 1"));
        server.Engine.BeginShutdown();
        Assert.Equal(["INFO server_shutdown"], await stranger.ReadToEnd());
        disk.GoOn();
        var lines = await alice.ReadToEnd();
        Assert.Equal("OK queued 1", lines[0]);
        Assert.Equal("INFO server_shutdown", lines[^1]);
        // What had been read of the socket is answered, what had not is not done.
        Assert.Equal(Enumerable.Range(2, lines.Count - 2).Select(static id => $"OK queued {id}"), lines[1..^1]);
        Assert.Equal(["INFO server_shutdown"], await server.Connect().ReadToEnd());
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_half_closed_client_that_does_not_read()
    {
        await using var server = new TestServer(CuttingSoon);
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        alice.SendLines(Enumerable.Range(1, 100).Select(static i => $"MSG bob {new string('x', 1_000)}"));
        await alice.Lines(100);
        var bob = await server.LogInAs("bob", pauseAt: 4_096);
        bob.HalfClose();
        await Phase.Until(() => bob.HasUnread, "the first messages");
        server.Engine.BeginShutdown();
        await Phase.Within(bob.Served, "the half-closed connection");
        await Phase.Within(bob.Aborted, "the cut of what was not taken");
    }

    [Fact]
    public async Task A_close_that_meets_a_flush_ends_with_it_though_no_time_passes()
    {
        var time = new TellingTime();
        await using var server = new TestServer(time: time);
        GatedPipeWriter? output = null;
        using var gate = new ManualResetEventSlim();
        var bob = server.Connect(wrapOutput: inner => output = new GatedPipeWriter(inner));
        await bob.LogIn("bob");
        var alice = await server.LogInAs("alice");
        output!.Gate = gate;
        alice.Send("MSG bob hi");
        await Phase.Within(output.Reached, "the flush on the writer's thread");
        var paused = time.NextTimer();
        bob.Send("QUIT");
        await Phase.Within(paused, "the close waits for the flush");
        output.Gate = null;
        gate.Set();
        Assert.Equal("OK bye", (await bob.ReadToEnd())[^1]);
    }

    [Fact]
    public async Task A_peer_that_does_not_take_its_last_line_is_cut()
    {
        await using var server = new TestServer(CuttingSoon);
        var client = server.Connect(pauseAt: 16);
        client.SendLines(["HELLO 1", "HELLO 1", "HELLO 1"]);
        client.Send("QUIT");
        await Phase.Until(() => client.HasUnread, "the first reply");
        server.Engine.BeginShutdown();
        await Phase.Within(client.Served, "the end of the connection");
        await Phase.Within(client.Aborted, "the cut");
    }

    [Fact]
    public async Task The_engine_ends_with_connections_still_open()
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        await server.Register("bob");
        alice.SendLines(Enumerable.Range(0, 1_000).Select(static i => $"MSG bob {i}"));
        await Phase.Within(server.Engine.DisposeAsync().AsTask(), "the end of the engine");
        await Phase.Within(alice.Served, "the end of the connection");
    }

    [Fact]
    public async Task A_peer_that_breaks_off_while_it_is_owed_something_is_not_waited_for()
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob", new FakeProgress());
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob hi"));
        bob.Send("QUIT");
        await bob.Lines(2);
        bob.Vanish();
        await Phase.Within(bob.Served, "the end of the connection");
    }

    [Fact]
    public async Task The_transport_is_told_of_an_orderly_end_and_of_no_other()
    {
        await using var server = new TestServer(CuttingSoon);
        var (orderly, quitting, broken) = (new FakeProgress(), new FakeProgress(), new FakeProgress());
        var alice = await server.LogInAs("alice", orderly);
        alice.HalfClose();
        await alice.ReadToEnd();
        var bob = await server.LogInAs("bob", quitting);
        var carol = await server.LogInAs("carol", broken);
        carol.Vanish();
        await Phase.Within(carol.Served, "the broken connection");
        Assert.Equal("DELIVERED 1", await (await server.LogInAs("dave")).Ask("MSG bob hi"));
        // Not acknowledged, so that the end is waited for.
        bob.Send("QUIT");
        await bob.Lines(2);
        bob.HalfClose();
        Assert.Null(await bob.TryLine());
        Assert.Equal((true, true, false), (orderly.HasPeerEnded, quitting.HasPeerEnded, broken.HasPeerEnded));
    }

    [Fact]
    public async Task A_transport_that_fails_in_the_middle_of_a_close_leaves_nobody_online()
    {
        await using var server = new TestServer { ExpectsErrors = true };
        GatedPipeWriter? output = null;
        var alice = server.Connect(wrapOutput: inner => output = new GatedPipeWriter(inner));
        await alice.LogIn("alice");
        output!.WriteFailure = new InvalidOperationException("The transport takes nothing more.");
        alice.Send("QUIT");
        await Phase.Within(alice.Served, "the end of the connection");
        await server.LogInAs("alice");
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_and_never_stops_sending_is_cut_when_its_time_is_over()
    {
        await using var server = new TestServer(CuttingSoon);
        var output = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        var input = new EndlessInput("HELLO 1\n"u8.ToArray());
        var served = server.Engine.ServeAsync(new ChatConnection(new Duplex(input, output.Writer), input.End));
        try
        {
            await Phase.Until(() => output.Reader.TryRead(out _), "the first reply");
            server.Engine.BeginShutdown();
            await Phase.Within(served, "the end of the connection");
        }
        finally
        {
            input.End();
        }
    }

    /// <summary>Stands still, and tells when somebody begins to wait for it.</summary>
    private sealed class TellingTime : FakeTimeProvider
    {
        private volatile TaskCompletionSource? _next;

        public Task NextTimer()
        {
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _next?.TrySetResult();
            return timer;
        }
    }
}
