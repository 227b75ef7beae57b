using InternalChat.Engine.Options;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Storage;
using InternalChat.TestKit.Metrics;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

public sealed class MetricsTests : IDisposable
{
    private readonly MeterReadings _readings = new();

    [Fact]
    public async Task Messages_are_counted_by_what_became_of_them()
    {
        await using var server = new TestServer(
            TestServer.Quiet with { Live = TestServer.QuietLive with { RateLimit = new RateLimit(4, TimeSpan.FromHours(1)) } },
            meter: _readings.Meter);
        await server.Register("carol");
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        Assert.Equal("OK blocked carol", await bob.Ask("BLOCK carol"));
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob hi"));
        Assert.Equal("DELIVERED 2", await alice.Ask("MSG bob hi"));
        Assert.Equal("OK queued 3", await alice.Ask("MSG carol hi"));
        await alice.Ask("MSG nobody hi");
        await alice.Ask("MSG al! hi");
        await alice.Ask($"MSG bob {new string('x', 4_097)}");
        await alice.Ask("MSG bob once too often");
        await alice.Ask("MSG bob once more");
        var carol = await server.LogInAs("carol");
        await carol.Line("the message that waited");
        await carol.Ask("MSG bob unwanted");

        Assert.Equal(
        [
            "{error.type=BLOCKED,outcome=refused} 1",
            "{error.type=INVALID_TARGET,outcome=refused} 1",
            "{error.type=MESSAGE_TOO_LONG,outcome=refused} 1",
            "{error.type=RATE_LIMIT,outcome=refused} 2",
            "{error.type=UNKNOWN_TARGET,outcome=refused} 1",
            "{outcome=delivered} 2",
            "{outcome=queued} 1",
        ],
        _readings.ObserveAll("internalchat.messages"));
        Assert.Equal(0, _readings.Observe("internalchat.messages{error.type=STORAGE,outcome=refused}"));
        await Phase.Until(() => _readings.Observe("internalchat.message.caught_up") == 1, "carol has caught up");
    }

    [Fact]
    public async Task A_message_that_was_not_stored_is_counted_as_refused_and_as_an_error()
    {
        await using var server = new TestServer(meter: _readings.Meter);
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        server.Store.BeforeCommit = static () => throw new StorageException("The disk is full.");
        await alice.Ask("MSG bob lost");
        await bob.Ask("BLOCK alice");
        Assert.Equal(["{error.type=STORAGE,outcome=refused} 1"], _readings.ObserveAll("internalchat.messages"));
        Assert.Equal(["{error.type=STORAGE} 2"], _readings.ObserveAll("internalchat.errors"));
    }

    [Fact]
    public async Task Errors_are_counted_by_code_whoever_sends_them()
    {
        await using var server = new TestServer(
            TestServer.Quiet with { Live = TestServer.QuietLive with { MaxConnections = 2 } }, meter: _readings.Meter);
        var alice = await server.LogInAs("alice");
        var stranger = server.Connect();
        await stranger.Ask("LIST");
        await stranger.Ask("HELLO 2");
        await server.Connect().Ask("HELLO 1");
        await stranger.ReadToEnd();
        await alice.Ask("");
        await alice.Ask("READ 99");
        await alice.Ask("HISTORY nobody");
        await alice.Ask(new string('x', 16_385));
        await alice.ReadToEnd();
        Assert.Equal(
        [
            "{error.type=BAD_REQUEST} 2",
            "{error.type=BAD_VERSION} 1",
            "{error.type=NOT_AUTHENTICATED} 1",
            "{error.type=SERVER_FULL} 1",
            "{error.type=UNKNOWN_MESSAGE} 1",
            "{error.type=UNKNOWN_TARGET} 1",
        ],
        _readings.ObserveAll("internalchat.errors"));
    }

    [Fact]
    public async Task Logins_are_counted_by_what_became_of_them_and_hashes_are_timed()
    {
        await using var server = new TestServer(meter: _readings.Meter);
        var alice = await server.LogInAs("alice");
        var other = server.Connect();
        await other.Ask("AUTH alice wrong-password");
        await other.Ask("AUTH alice short");
        await other.Ask("AUTH al! password");
        await other.Ask("AUTH alice password");
        await alice.Quit();
        await other.LogIn("alice");
        Assert.Equal(
        [
            "{error.type=ALREADY_CONNECTED,outcome=refused} 1",
            "{error.type=AUTH_FAILED,outcome=refused} 1",
            "{error.type=INVALID_USERNAME,outcome=refused} 1",
            "{error.type=WEAK_PASSWORD,outcome=refused} 1",
            "{outcome=authenticated} 1",
            "{outcome=registered} 1",
        ],
        _readings.ObserveAll("internalchat.logins"));
        // The account's, and the wrong password's: the right one is remembered.
        Assert.Equal(2, _readings.Recorded("internalchat.login.hash.duration").Count);
        Assert.All(_readings.Recorded("internalchat.login.hash.duration"), static seconds => Assert.InRange(seconds, 1e-6, 60));
    }

    [Fact]
    public async Task Sessions_are_told_apart_by_how_they_get_their_messages()
    {
        await using var server = new TestServer(meter: _readings.Meter);
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob", pauseAt: 1_024);
        var stranger = server.Connect();
        await stranger.Ask("HELLO 1");
        Assert.Equal(["{state=live} 2"], _readings.ObserveAll("internalchat.sessions"));
        Assert.Equal(3, _readings.Observe("internalchat.connections"));
        Assert.Equal(0, _readings.Observe("internalchat.session.congested"));

        // Bob reads nothing: what does not fit into his transport is streamed to him from the log.
        await alice.Ask($"MSG bob {new string('x', 2_000)}");
        await alice.Ask($"MSG bob {new string('x', 2_000)}");
        await Phase.Until(() => _readings.Observe("internalchat.sessions{state=catching_up}") == 1, "bob is catching up");
        Assert.Equal(["{state=catching_up} 1", "{state=live} 1"], _readings.ObserveAll("internalchat.sessions"));
        Assert.Equal(1, _readings.Observe("internalchat.session.congested"));

        await bob.Lines(2);
        await Phase.Until(() => _readings.Observe("internalchat.sessions{state=live}") == 2, "bob is live again");
        await stranger.Quit();
        await bob.Quit();
        await Phase.Until(() => _readings.Observe("internalchat.sessions{state=live}") == 1, "bob is gone");
        Assert.Equal(1, _readings.Observe("internalchat.connections"));
    }

    [Fact]
    public async Task Bytes_that_a_connection_does_not_take_are_shown_until_it_does()
    {
        await using var server = new TestServer(meter: _readings.Meter);
        await server.Register("bob");
        var alice = await server.LogInAs("alice", pauseAt: 64);
        alice.SendLines(Enumerable.Repeat("MSG bob hi", 100));
        await Phase.Until(() => _readings.Observe("internalchat.outbound.waiting") > 0, "replies wait for alice");
        await alice.Lines(100);
        await Phase.Until(() => _readings.Observe("internalchat.outbound.waiting") == 0, "nothing waits");
    }

    [Fact]
    public async Task Connections_that_ended_are_counted_by_reason()
    {
        await using var server = new TestServer(meter: _readings.Meter);
        await (await server.LogInAs("alice")).Quit();
        var bob = await server.LogInAs("bob");
        bob.HalfClose();
        await bob.ReadToEnd();
        var browser = server.Connect();
        browser.Send("GET / HTTP/1.1");
        await browser.ReadToEnd();
        Assert.Equal(
            ["{reason=not_chat} 1", "{reason=peer_closed} 1", "{reason=quit} 1"],
            _readings.ObserveAll("internalchat.connection.closed"));
    }

    [Fact]
    public async Task The_writer_shows_its_queue_its_batches_and_how_long_it_has_been_at_one()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(time: time, meter: _readings.Meter);
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        await WriterComesRound();
        var before = _readings.Recorded("internalchat.writer.batch.size").Sum();
        using (await SlowDisk.Hold(server, alice, "MSG bob first"))
        {
            alice.SendLines(Enumerable.Repeat("MSG bob behind it", 10));
            await Phase.Until(() => _readings.Observe("internalchat.writer.queue.length") == 10, "ten messages wait");
            time.Advance(TimeSpan.FromSeconds(3));
            Assert.Equal(TimeSpan.FromSeconds(3), server.Engine.WriterSilence);
        }

        await alice.Lines(11);
        await WriterComesRound();
        Assert.Equal(0, _readings.Observe("internalchat.writer.queue.length"));
        Assert.Contains(10, _readings.Recorded("internalchat.writer.batch.size"));
        Assert.Equal(11, _readings.Recorded("internalchat.writer.batch.size").Sum() - before);
        Assert.Equal(
            _readings.Recorded("internalchat.writer.batch.size").Count,
            _readings.Recorded("internalchat.writer.batch.duration").Count);

        // A batch is recorded after its replies were sent.
        async Task WriterComesRound()
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            await Phase.Until(() => server.Engine.WriterSilence == TimeSpan.Zero, "the writer has come round");
        }
    }

    [Fact]
    public async Task Only_the_first_READ_of_a_message_counts()
    {
        await using var server = new TestServer(meter: _readings.Meter);
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        await alice.Ask("MSG bob hi");
        await bob.Line("the message");
        await bob.Ask("READ 1");
        await bob.Ask("READ 1");
        Assert.Equal(1, _readings.Observe("internalchat.message.read"));
    }

    public void Dispose() => _readings.Dispose();
}
