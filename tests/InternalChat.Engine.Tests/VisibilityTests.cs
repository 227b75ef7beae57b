using System.Net;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Storage;

namespace InternalChat.Engine.Tests;

public sealed class VisibilityTests
{
    [Fact]
    public async Task Nothing_is_seen_before_its_commit_and_others_are_served_meanwhile()
    {
        await using var server = new TestServer(TestServer.QuietWithList);
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        var carol = await server.LogInAs("carol");
        using var disk = await SlowDisk.Hold(server, alice, "MSG bob hi");
        Assert.Empty(await bob.SoFar());
        carol.Send("LIST");
        await carol.Expect("INFO online: alice, bob, carol", "INFO known: alice, bob, carol");
        Assert.Equal("INFO history_count 0", await carol.Ask("HISTORY alice"));
        bob.Send("HISTORY alice");
        await bob.Expect("INFO history_count 0");
        Assert.False(alice.HasUnread);

        disk.GoOn();
        await alice.Expect("DELIVERED 1");
        Assert.StartsWith("FROM 1 alice ", await bob.Line(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_is_not_committed_is_refused_to_each_sender_and_seen_by_nobody()
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        await server.Register("carol");
        using (var disk = await SlowDisk.Hold(server, alice, "MSG carol stored"))
        {
            alice.SendLines(["MSG bob lost", "MSG nobody lost", "MSG carol lost", "READ 77"]);
            bob.SendLines(["MSG alice lost", "READ 88", "UNBLOCK nobody", "BLOCK alice"]);
            server.Store.BeforeCommit = static () => throw new StorageException("The disk is full.");
            disk.GoOn();
            await alice.Expect("OK queued 1", "ERROR STORAGE not stored, try again", "ERROR UNKNOWN_TARGET no such user");
            await alice.Expect("ERROR STORAGE not stored, try again", "ERROR UNKNOWN_MESSAGE no such message");
            await bob.Expect("ERROR STORAGE not stored, try again", "ERROR UNKNOWN_MESSAGE no such message");
            Assert.Matches("^(OK unblocked nobody|ERROR STORAGE .*)$", await bob.Line());
            await bob.Expect("ERROR STORAGE not stored, try again");
        }

        Assert.Empty(await alice.SoFar());
        Assert.Empty(await bob.SoFar());
        server.Store.BeforeCommit = null;
        Assert.Equal("DELIVERED 2", await alice.Ask("MSG bob again"));
        Assert.EndsWith(" again", await bob.Line(), StringComparison.Ordinal);
        alice.Send("HISTORY bob");
        await alice.Expect("INFO history_count 1");
    }

    [Fact]
    public async Task A_login_in_a_batch_that_is_not_committed_is_let_in_and_its_network_is_noted_as_of_now()
    {
        await using var server = new TestServer();
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        var noted = new List<long>();
        using (var disk = await SlowDisk.Hold(server, alice, "BLOCK bob"))
        {
            server.Store.AfterNoteNetwork = noted.Add;
            alice.Send("MSG bob lost");
            var bob = server.Connect(IPAddress.Parse("192.0.2.1"));
            bob.Send("AUTH bob password");
            await Phase.Until(() => server.Engine.QueuedOperations == 2, "two operations");
            server.Store.BeforeCommit = static () => throw new StorageException("The disk is full.");
            disk.GoOn();
            await alice.Expect("OK blocked bob", "ERROR STORAGE not stored, try again");
            Assert.Equal("OK authenticated", await bob.Line());
        }

        Assert.NotEmpty(noted);
        Assert.DoesNotContain(0, noted);
    }

    [Fact]
    public async Task A_failing_append_in_the_middle_refuses_the_whole_batch()
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        await server.Register("bob", "carol");
        server.Store.BeforeAppend = static recipient =>
        {
            if (recipient == 3)
                throw new StorageException("The disk is full.");
        };
        using (var disk = await SlowDisk.Hold(server, alice, "BLOCK bob"))
        {
            alice.SendLines(["MSG bob a", "MSG carol b", "MSG bob c"]);
            disk.GoOn();
        }

        await alice.Expect("OK blocked bob");
        Assert.All(await alice.Lines(3), static line => Assert.StartsWith("ERROR STORAGE ", line, StringComparison.Ordinal));
        server.Store.BeforeAppend = null;
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob d"));
    }

    [Fact]
    public async Task A_receipt_that_leans_on_one_of_a_failed_batch_fails_with_it()
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob hi"));
        Assert.StartsWith("FROM 1 ", await bob.Line(), StringComparison.Ordinal);
        server.Store.BeforeCommit = static () => throw new StorageException("The disk is full.");
        bob.SendLines(["READ 1", "READ 1"]);
        await bob.Expect("ERROR STORAGE not stored, try again", "ERROR STORAGE not stored, try again");
        server.Store.BeforeCommit = null;
        Assert.Equal("OK read 1", await bob.Ask("READ 1"));
        await alice.Expect("READ 1 bob");
    }

    [Fact]
    public async Task A_refusal_that_leans_on_a_failed_batch_asks_to_try_again_instead()
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        await server.Register("carol");
        using (var disk = await SlowDisk.Hold(server, alice, "MSG carol stored"))
        {
            await Enqueue(server, bob, "BLOCK alice");
            await Enqueue(server, alice, "MSG bob is refused by a block that is not stored");
            await Enqueue(server, alice, "MSG carol is message 2, which is not stored");
            await Enqueue(server, bob, "READ 2");
            server.Store.BeforeCommit = static () => throw new StorageException("The disk is full.");
            disk.GoOn();
            await alice.Expect("OK queued 1", "ERROR STORAGE not stored, try again", "ERROR STORAGE not stored, try again");
            await bob.Expect("ERROR STORAGE not stored, try again", "ERROR STORAGE not stored, try again");
        }

        server.Store.BeforeCommit = null;
        Assert.Equal("DELIVERED 2", await alice.Ask("MSG bob is not blocked"));
    }

    [Fact]
    public async Task A_registration_that_is_not_stored_is_refused_and_works_later()
    {
        await using var server = new TestServer();
        server.Store.BeforeCommit = static () => throw new StorageException("The disk is full.");
        var alice = server.Connect();
        Assert.StartsWith("ERROR STORAGE ", await alice.Ask("AUTH alice password"), StringComparison.Ordinal);
        server.Store.BeforeCommit = null;
        Assert.Equal("OK registered", await alice.Ask("AUTH alice password"));
    }

    [Fact]
    public async Task The_engine_outlives_delivered_marks_that_cannot_be_stored()
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        server.Store.BeforeSetDelivered = static () => throw new StorageException("The disk is full.");
        await Phase.Within(bob.Quit(), "bob's logout");
        server.Store.BeforeSetDelivered = null;
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));
        bob = await server.LogInAs("bob");
        Assert.StartsWith("FROM 1 alice ", await bob.Line(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_whose_mailbox_cannot_be_read_is_refused()
    {
        await using var server = new TestServer();
        await server.Register("alice");
        server.Store.BeforeGetMailbox = static () => throw new StorageException("The disk is on fire.");
        var alice = server.Connect();
        Assert.StartsWith("ERROR STORAGE ", await alice.Ask("AUTH alice password"), StringComparison.Ordinal);
        server.Store.BeforeGetMailbox = null;
        Assert.Equal("OK authenticated", await alice.Ask("AUTH alice password"));
    }

    [Fact]
    public async Task An_unforeseen_failure_before_the_commit_costs_its_batch_only()
    {
        await using var server = new TestServer { ExpectsErrors = true };
        var alice = await server.LogInAs("alice");
        await server.Register("bob");
        server.Store.BeforeAppend = static _ => throw new InvalidOperationException("Nobody thought of this.");
        Assert.StartsWith("ERROR STORAGE ", await alice.Ask("MSG bob hi"), StringComparison.Ordinal);
        server.Store.BeforeAppend = null;
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));
    }

    /// <summary>Sends a command while the writer is held, and waits until it is the last in the queue.</summary>
    private static async Task Enqueue(TestServer server, TestClient client, string command)
    {
        var before = server.Engine.QueuedOperations;
        client.Send(command);
        await Phase.Until(() => server.Engine.QueuedOperations == before + 1, $"'{command}' in the queue");
    }
}
