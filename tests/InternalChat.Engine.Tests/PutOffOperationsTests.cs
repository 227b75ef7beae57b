using InternalChat.Engine.Operations;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.Storage;

namespace InternalChat.Engine.Tests;

/// <summary>What users and operators see when the store puts operations off.</summary>
public sealed class PutOffOperationsTests
{
    [Fact]
    public async Task A_session_is_answered_in_order_when_one_of_its_operations_waits_and_others_go_meanwhile()
    {
        await using var server = new TestServer();
        var (alice, bob, carol) = (await server.LogInAs("alice"), await server.LogInAs("bob"), await server.LogInAs("carol"));
        await server.Register("dave");
        using (var disk = await SlowDisk.Hold(server, alice, "BLOCK dave"))
        {
            var putOff = new PutOff(server, static key => key is { AccountId: 1, Name: "bob" }, times: 1);
            alice.SendLines(["MSG bob first", "MSG carol second"]);
            carol.Send("MSG bob meanwhile");
            await Phase.Until(() => server.Engine.QueuedOperations == 3, "three operations");
            disk.GoOn();
            await alice.Expect("OK blocked dave", "DELIVERED 2", "DELIVERED 3");
            Assert.Equal(1, putOff.Times);
        }

        Assert.Equal("DELIVERED 1", await carol.Line());
        Assert.StartsWith("FROM 3 alice ", await carol.Line(), StringComparison.Ordinal);
        Assert.StartsWith("FROM 1 carol ", await bob.Line(), StringComparison.Ordinal);
        Assert.StartsWith("FROM 2 alice ", await bob.Line(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_of_which_everything_waits_commits_nothing_and_is_done_later()
    {
        await using var server = new TestServer();
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        var commits = 0;
        server.Store.BeforeCommit = () => commits++;
        var putOff = new PutOff(server, static _ => true, times: 3);
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob hi"));
        Assert.StartsWith("FROM 1 alice ", await bob.Line(), StringComparison.Ordinal);
        Assert.Equal(3, putOff.Times);
        Assert.Equal(1, commits);
    }

    [Fact]
    public async Task An_operators_change_that_waits_is_made_later_and_holds_up_nobody()
    {
        await using var server = new TestServer();
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        var putOff = new PutOff(server, static key => key.AccountId == 0, times: int.MaxValue);
        var suspended = server.Engine.Accounts.SuspendAsync(UserName.Parse("bob"));
        await Phase.Until(() => putOff.Times > 0, "the change to be put off");
        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob hi"));
        Assert.StartsWith("FROM 1 alice ", await bob.Line(), StringComparison.Ordinal);
        Assert.False(suspended.IsCompleted);

        putOff.Stop();
        Assert.Equal(AccountChangeOutcome.Done, await Phase.Within(suspended, "the change"));
        await bob.ReadToEnd();
    }

    [Fact]
    public async Task What_waits_when_the_server_stops_is_done_before_its_end()
    {
        await using var server = new TestServer();
        await server.Register("alice");
        var putOff = new PutOff(server, static key => key.AccountId == 0, times: int.MaxValue);
        var suspended = server.Engine.Accounts.SuspendAsync(UserName.Parse("alice"));
        await Phase.Until(() => putOff.Times > 0, "the change to be put off");
        var end = server.Engine.DisposeAsync().AsTask();
        var before = putOff.Times;
        await Phase.Until(() => putOff.Times > before + 20, "a writer that goes on trying");
        Assert.False(end.IsCompleted);
        putOff.Stop();
        Assert.Equal(AccountChangeOutcome.Done, await Phase.Within(suspended, "the change"));
        await Phase.Within(end, "the end of the engine");
    }

    [Fact]
    public async Task A_commit_that_fails_refuses_those_who_went_and_not_those_who_wait()
    {
        await using var server = new TestServer();
        var (alice, bob, carol) = (await server.LogInAs("alice"), await server.LogInAs("bob"), await server.LogInAs("carol"));
        await server.Register("dave");
        using (var disk = await SlowDisk.Hold(server, alice, "BLOCK dave"))
        {
            var putOff = new PutOff(server, static key => key is { AccountId: 1, Name: "bob" }, times: 1);
            alice.Send("MSG bob waits");
            carol.Send("MSG bob goes");
            await Phase.Until(() => server.Engine.QueuedOperations == 2, "two operations");
            server.Store.BeforeCommit = () =>
            {
                server.Store.BeforeCommit = null;
                throw new StorageException("The store is full.");
            };
            disk.GoOn();
            Assert.StartsWith("ERROR STORAGE ", await carol.Line(), StringComparison.Ordinal);
            Assert.Equal("OK blocked dave", await alice.Line());
            Assert.StartsWith("DELIVERED ", await alice.Line(), StringComparison.Ordinal);
            Assert.Equal(1, putOff.Times);
        }

        Assert.EndsWith(" waits", await bob.Line(), StringComparison.Ordinal);
        Assert.Empty(await bob.SoFar());
    }

    [Fact]
    public async Task A_store_that_cannot_be_asked_refuses_the_batch_with_what_has_waited()
    {
        await using var server = new TestServer();
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        var putOff = new PutOff(server, static key => key.Name == "bob", times: int.MaxValue);
        alice.Send("MSG bob lost");
        await Phase.Until(() => putOff.Times > 0, "the message to be put off");
        putOff.FailOnce();
        Assert.StartsWith("ERROR STORAGE ", await alice.Line(), StringComparison.Ordinal);
        putOff.Stop();
        Assert.StartsWith("DELIVERED ", await alice.Ask("MSG bob again"), StringComparison.Ordinal);
        Assert.EndsWith(" again", await bob.Line(), StringComparison.Ordinal);
        Assert.Empty(await bob.SoFar());
    }

    /// <summary>Puts operations off, as long as a test says.</summary>
    private sealed class PutOff
    {
        private readonly Func<OperationKeys, bool> _waits;
        private readonly int _most;
        private volatile int _times;
        private volatile bool _fails;
        private volatile bool _isOver;

        /// <param name="server">Whose store does it.</param>
        /// <param name="waits">Which operations wait.</param>
        /// <param name="times">For how many batches at most.</param>
        public PutOff(TestServer server, Func<OperationKeys, bool> waits, int times)
        {
            (_waits, _most) = (waits, times);
            server.Store.WhatWaits = Find;
        }

        /// <summary>In how many batches something had to wait.</summary>
        public int Times => _times;

        public void Stop() => _isOver = true;

        public void FailOnce() => _fails = true;

        private List<WaitingOperation> Find(IBatchKeys batch)
        {
            if (_fails)
            {
                _fails = false;
                throw new StorageException("The store is out of reach.");
            }

            var waiting = new List<WaitingOperation>();
            for (var index = 0; index < batch.Count && !_isOver && _times < _most; index++)
            {
                if (_waits(batch[index]))
                    waiting.Add(new WaitingOperation(index, "The test says so."));
            }

            if (waiting.Count > 0)
                _times += 1;
            return waiting;
        }
    }
}
