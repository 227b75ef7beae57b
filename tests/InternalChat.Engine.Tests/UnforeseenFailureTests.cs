using InternalChat.Engine.Tests.Harness;
using InternalChat.Storage;
using InternalChat.TestKit.Metrics;

namespace InternalChat.Engine.Tests;

/// <summary>
/// Failures that nobody foresaw, by where they strike the writer. What ends the process is seen with a real process in the end-to-end
/// tests.
/// </summary>
public sealed class UnforeseenFailureTests
{
    private static readonly Exception Unforeseen = new InvalidOperationException("Nobody thought of this.");

    [Fact]
    public async Task A_failure_after_the_commit_ends_the_process_and_is_answered_to_nobody()
    {
        await using var server = new TestServer { ExpectsErrors = true };
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        server.Store.AfterCommit = static () => throw Unforeseen;
        alice.Send("MSG bob hi");
        Assert.Contains(Unforeseen.Message, await Phase.Within(server.ProcessEnd, "the end of the process"), StringComparison.Ordinal);
        Assert.False(alice.HasUnread);
        Assert.False(bob.HasUnread);
        Assert.Contains(server.Logger.Lines, static line => line.StartsWith("Critical: The writer failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_between_two_batches_ends_the_process_and_is_in_the_log()
    {
        await using var server = new TestServer { ExpectsErrors = true };
        server.Store.BeforeMaintain = static () => throw Unforeseen;
        await Phase.Within(server.ProcessEnd, "the end of the process");
        Assert.Contains(server.Logger.Lines, static line => line.StartsWith("Critical: The writer failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_commit_that_fails_in_another_way_than_storage_does_is_called_neither_stored_nor_refused()
    {
        await using var server = new TestServer { ExpectsErrors = true };
        var alice = await server.LogInAs("alice");
        await server.Register("bob");
        server.Store.BeforeCommit = static () => throw Unforeseen;
        alice.Send("BLOCK bob");
        await Phase.Within(server.ProcessEnd, "the end of the process");
        Assert.False(alice.HasUnread);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_rolled_back_ends_the_process()
    {
        await using var server = new TestServer { ExpectsErrors = true };
        var alice = await server.LogInAs("alice");
        await server.Register("bob");
        server.Store.BeforeAppend = static _ => throw new BatchOutcomeUnknownException();
        alice.Send("MSG bob hi");
        await Phase.Within(server.ProcessEnd, "the end of the process");
        Assert.False(alice.HasUnread);
    }

    [Fact]
    public async Task A_delivered_mark_that_fails_in_an_unforeseen_way_costs_nothing_but_the_mark()
    {
        await using var server = new TestServer { ExpectsErrors = true };
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        server.Store.BeforeSetDelivered = static () => throw Unforeseen;
        await Phase.Within(bob.Quit(), "bob's logout");
        server.Store.BeforeSetDelivered = null;
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));
        Assert.False(server.ProcessEnd.IsCompleted);
    }

    [Fact]
    public async Task A_listener_of_metrics_that_throws_costs_nobody_anything()
    {
        using var listener = new FailingListener();
        await using var server = new TestServer(meter: listener.Meter);
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob hi"));
        Assert.EndsWith(" hi", await bob.Line(), StringComparison.Ordinal);
        Assert.Equal("DELIVERED 2", await alice.Ask("MSG bob again"));
        // Passwords hashed, batches, their operations.
        Assert.InRange(listener.Failures, 3, int.MaxValue);
    }

    [Fact]
    public async Task A_log_provider_that_throws_costs_nobody_anything()
    {
        await using var server = new TestServer { ExpectsErrors = true };
        server.Logger.Failure = Unforeseen;
        var alice = await server.LogInAs("alice");
        await server.Register("bob");
        foreach (var failure in (Exception[])[new StorageException("The disk is full."), Unforeseen])
        {
            server.Store.BeforeAppend = _ => throw failure;
            Assert.StartsWith("ERROR STORAGE ", await alice.Ask("MSG bob hi"), StringComparison.Ordinal);
        }

        server.Store.BeforeAppend = null;
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));
        Assert.NotEmpty(server.Logger.Lines);
    }

    [Fact]
    public async Task A_recipient_who_cannot_be_written_to_is_cut_and_gets_the_message_at_the_next_login()
    {
        await using var server = new TestServer { ExpectsErrors = true };
        var alice = await server.LogInAs("alice");
        GatedPipeWriter? output = null;
        var bob = server.Connect(wrapOutput: inner => output = new GatedPipeWriter(inner));
        await bob.LogIn("bob");
        output!.WriteFailure = Unforeseen;
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob one"));
        // Whoever has missed one must not get the next: the mark would move past the one.
        output.WriteFailure = null;
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob two"));
        Assert.Empty(await bob.ReadToEnd());
        bob = await server.LogInAs("bob");
        Assert.EndsWith(" one", await bob.Line(), StringComparison.Ordinal);
        Assert.EndsWith(" two", await bob.Line(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sender_who_cannot_be_written_to_costs_the_reader_nothing()
    {
        await using var server = new TestServer { ExpectsErrors = true };
        GatedPipeWriter? output = null;
        var alice = server.Connect(wrapOutput: inner => output = new GatedPipeWriter(inner));
        await alice.LogIn("alice");
        var bob = await server.LogInAs("bob");
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob hi"));
        Assert.StartsWith("FROM 1 ", await bob.Line(), StringComparison.Ordinal);
        output!.WriteFailure = Unforeseen;
        Assert.Equal("OK read 1", await bob.Ask("READ 1"));
        Assert.Equal("PONG", await bob.Ask("PING"));
        Assert.Empty(await alice.ReadToEnd());
    }

    [Theory]
    [InlineData(1, "the end of an append")]
    [InlineData(2, "the flush at the end of the batch")]
    public async Task A_transport_that_fails_under_the_writer_costs_its_session_only(int failingCount, string where)
    {
        await using var server = new TestServer { ExpectsErrors = true };
        GatedPipeWriter? output = null;
        var alice = server.Connect(wrapOutput: inner => output = new GatedPipeWriter(inner));
        await alice.LogIn("alice");
        var bob = await server.LogInAs("bob");
        await server.Register("carol");
        using (var disk = await SlowDisk.Hold(server, alice, "MSG carol hi"))
        {
            var counts = 0;
            output!.Counting = () =>
            {
                if (Interlocked.Increment(ref counts) == failingCount)
                    throw Unforeseen;
            };
            disk.GoOn();
            await Phase.Within(alice.Served, $"the end of the connection that failed at {where}");
        }

        Assert.Equal("OK queued 2", await bob.Ask("MSG carol hi"));
        Assert.False(server.ProcessEnd.IsCompleted);
    }
}
