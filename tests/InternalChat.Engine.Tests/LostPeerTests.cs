using InternalChat.Engine.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>
/// What becomes of the work for a peer that is gone, and of its name, while its connection waits for something and is not read.
/// </summary>
public sealed class LostPeerTests : IDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly FakeProgress _progress = new();
    private readonly ManualResetEventSlim _goOn = new();
    private readonly TaskCompletionSource _isReading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _histories;

    public void Dispose() => _goOn.Dispose();

    [Fact]
    public async Task Lists_and_histories_of_a_peer_that_is_gone_are_dropped_and_its_messages_are_sent()
    {
        await using var server = Server();
        using var release = new Release(_goOn);
        var bob = await server.LogInAs("bob");
        var alice = await server.LogInAs("alice", _progress);
        alice.SendLines([.. Enumerable.Repeat("HISTORY bob", 500), .. Enumerable.Repeat("LIST", 500), "MSG bob still sent", "BLOCK bob"]);
        await Phase.Within(_isReading.Task, "the first history");
        _progress.IsPeerGone = true;
        _time.Advance(Heartbeat);
        // The reader is still at the first.
        Assert.EndsWith(" still sent", await bob.Line("the message behind a thousand lists"), StringComparison.Ordinal);
        release.Dispose();
        alice.Vanish();
        await Phase.Within(alice.Served, "alice's end");
        Assert.StartsWith("ERROR BLOCKED ", await bob.Ask("MSG alice hi"), StringComparison.Ordinal);
        Assert.Equal(1, Volatile.Read(ref _histories));
    }

    [Fact]
    public async Task A_name_is_free_although_the_readers_have_not_come_to_what_its_session_waits_for()
    {
        await using var server = Server();
        using var release = new Release(_goOn);
        await server.Register("bob");
        var alice = await server.LogInAs("alice", _progress);
        alice.Send("HISTORY bob");
        await Phase.Within(_isReading.Task, "the history");
        _progress.IsPeerGone = true;
        alice.Vanish();
        // Nothing has happened since, and no time has passed.
        Assert.Equal("OK authenticated", await server.Connect().Ask("AUTH alice password"));
    }

    [Fact]
    public async Task A_name_is_free_although_its_session_waits_for_a_commit()
    {
        await using var server = Server();
        await server.Register("bob");
        var alice = await server.LogInAs("alice", _progress);
        using var disk = await SlowDisk.Hold(server, alice, "MSG bob hi");
        // The next batch has the last of its messages and the login.
        alice.SendLines(["MSG bob again", "LIST"]);
        await Phase.Until(() => server.Engine.QueuedOperations == 1, "the message is with the writer");
        _progress.IsPeerGone = true;
        alice.Vanish();
        var again = server.Connect();
        again.Send("AUTH alice password");
        await Phase.Until(() => server.Engine.QueuedOperations == 2, "the login is with the writer");
        disk.GoOn();
        Assert.Equal("OK authenticated", await again.Line());
    }

    [Fact]
    public async Task A_name_is_free_although_its_session_waits_for_the_first_of_its_messages()
    {
        await using var server = Server(holdsWalks: true);
        using var release = new Release(_goOn);
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        await alice.Ask("MSG bob hi");
        var bob = await server.LogInAs("bob", _progress);
        await Phase.Within(_isReading.Task, "the messages that wait");
        _progress.IsPeerGone = true;
        bob.Vanish();
        Assert.Equal("OK authenticated", await server.Connect().Ask("AUTH bob password"));
    }

    private TestServer Server(bool holdsWalks = false) => new(time: _time, readerOver: reader => new InterceptedReader(reader)
    {
        BeforeHistory = () =>
        {
            Interlocked.Increment(ref _histories);
            Hold();
        },
        BeforeWalk = holdsWalks ? Hold : null,
    });

    private void Hold()
    {
        _isReading.TrySetResult();
        _goOn.Wait();
    }

    /// <summary>Before the server ends, which waits for its readers.</summary>
    private sealed class Release(ManualResetEventSlim goOn) : IDisposable
    {
        public void Dispose() => goOn.Set();
    }
}
