using CsCheck;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Engine.Writing;
using InternalChat.Protocol;
using InternalChat.Storage;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>Messages that wait for somebody absent: so many of one sender for one recipient, and nobody else notices.</summary>
public sealed class PendingMessagesTests
{
    private const int Most = 3;
    private const string Full = "ERROR MAILBOX_FULL the recipient is away and too many messages from you wait already";

    [Fact]
    public async Task One_message_too_many_is_refused_and_nobody_ever_sees_it()
    {
        await using var server = new TestServer(Limited(Most));
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        await Fill(alice, firstId: 1);
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));

        Assert.Equal($"INFO history_count {Most}", (await alice.AskFor("HISTORY bob 200", 1 + Most))[0]);
        Assert.Equal(["1", "2", "3"], (await server.TakePending("bob")).Select(static line => line.Split(' ')[1]));
    }

    [Fact]
    public async Task Other_senders_and_messages_to_others_are_not_held_up()
    {
        await using var server = new TestServer(Limited(Most));
        await server.Register("bob", "carol");
        var alice = await server.LogInAs("alice");
        var dave = await server.LogInAs("dave");
        await Fill(alice, firstId: 1);
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));

        Assert.Equal("OK queued 4", await dave.Ask("MSG bob hi"));
        Assert.Equal("OK queued 5", await alice.Ask("MSG carol hi"));
        Assert.Equal("DELIVERED 6", await alice.Ask("MSG dave hi"));
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));
    }

    [Fact]
    public async Task Somebody_who_is_connected_gets_as_many_as_are_sent()
    {
        await using var server = new TestServer(Limited(Most));
        await server.LogInAs("bob");
        var alice = await server.LogInAs("alice");
        for (var id = 1; id <= 3 * Most; id++)
            Assert.Equal($"DELIVERED {id}", await alice.Ask("MSG bob hi"));
    }

    [Fact]
    public async Task A_login_of_the_recipient_makes_room_for_all_senders()
    {
        await using var server = new TestServer(Limited(Most));
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        var carol = await server.LogInAs("carol");
        await Fill(alice, firstId: 1);
        await Fill(carol, firstId: 4);
        Assert.Equal(2 * Most, (await server.TakePending("bob")).Count);
        await alice.SoFar();
        await carol.SoFar();

        await Fill(alice, firstId: 7);
        await Fill(carol, firstId: 10);
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));
        Assert.Equal(Full, await carol.Ask("MSG bob refused"));
    }

    [Fact]
    public async Task A_reconnect_of_the_sender_does_not_help()
    {
        await using var server = new TestServer(Limited(Most));
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        await Fill(alice, firstId: 1);
        await alice.Quit();
        Assert.Equal(Full, await (await server.LogInAs("alice")).Ask("MSG bob refused"));
    }

    [Fact]
    public async Task Messages_of_one_batch_count_before_they_are_stored()
    {
        await using var server = new TestServer(Limited(Most));
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        using (var disk = await SlowDisk.Hold(server, alice, "MSG bob first"))
        {
            alice.SendLines(["MSG bob second", "MSG bob third", "MSG bob refused", "MSG bob refused"]);
            await Phase.Until(() => server.Engine.QueuedOperations == 4, "all are in one batch");
            disk.GoOn();
        }

        await alice.Expect("OK queued 1", "OK queued 2", "OK queued 3", Full, Full);
    }

    [Fact]
    public async Task A_batch_that_is_not_committed_takes_no_room()
    {
        await using var server = new TestServer(Limited(Most));
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        using (var disk = await SlowDisk.Hold(server, alice, "MSG bob first"))
        {
            alice.SendLines(Enumerable.Repeat("MSG bob lost", 5));
            await Phase.Until(() => server.Engine.QueuedOperations == 5, "all are in one batch");
            server.Store.BeforeCommit = static () => throw new StorageException("The disk is full.");
            disk.GoOn();
            Assert.Equal("OK queued 1", await alice.Line());
            // Also those that were one too many in that batch: without it they are not.
            Assert.All(await alice.Lines(5), static line => Assert.StartsWith("ERROR STORAGE ", line, StringComparison.Ordinal));
        }

        server.Store.BeforeCommit = null;
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob second"));
        Assert.Equal("OK queued 3", await alice.Ask("MSG bob third"));
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));
    }

    [Fact]
    public async Task A_batch_that_fails_halfway_takes_no_room()
    {
        await using var server = new TestServer(Limited(Most));
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        var appended = 0;
        server.Store.BeforeAppend = _ =>
        {
            if (++appended > 2)
                throw new StorageException("The disk is full.");
        };
        using (var disk = await SlowDisk.Hold(server, alice, "BLOCK bob"))
        {
            alice.SendLines(Enumerable.Repeat("MSG bob lost", 4));
            await Phase.Until(() => server.Engine.QueuedOperations == 4, "all are in one batch");
            disk.GoOn();
            Assert.Equal("OK blocked bob", await alice.Line());
            Assert.All(await alice.Lines(4), static line => Assert.StartsWith("ERROR STORAGE ", line, StringComparison.Ordinal));
        }

        server.Store.BeforeAppend = null;
        await Fill(alice, firstId: 1);
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));
    }

    [Fact]
    public async Task RATE_LIMIT_comes_before_MAILBOX_FULL_and_counts_what_that_refuses()
    {
        var options = Limited(1);
        await using var server = new TestServer(
            options with { Live = options.Live with { RateLimit = new RateLimit(2, TimeSpan.FromSeconds(10)) } }, new FakeTimeProvider());
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));
        Assert.StartsWith("ERROR RATE_LIMIT ", await alice.Ask("MSG bob refused"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_retention_may_have_removed_does_not_count()
    {
        var time = new FakeTimeProvider();
        var options = Limited(Most);
        await using var server = new TestServer(
            options with { Live = options.Live with { Retention = TimeSpan.FromHours(1) } }, time);
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob hi"));
        Assert.Equal("OK queued 3", await alice.Ask("MSG bob hi"));
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));

        // The first of them is an hour old.
        time.Advance(TimeSpan.FromMinutes(1));
        await Fill(alice, firstId: 4);
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));
    }

    [Fact]
    public async Task The_limit_can_be_lowered_and_raised_and_taken_away_for_messages_that_wait()
    {
        await using var server = new TestServer(Limited(Most));
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));

        server.Engine.LiveOptions = Limited(1).Live;
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));
        server.Engine.LiveOptions = Limited(2).Live;
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob hi"));
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));
        server.Engine.LiveOptions = Limited(int.MaxValue).Live;
        Assert.Equal("OK queued 3", await alice.Ask("MSG bob hi"));
    }

    [Fact]
    public async Task A_recipient_whom_the_operator_has_suspended_is_away()
    {
        await using var server = new TestServer(Limited(Most));
        await server.LogInAs("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.SuspendAsync(UserName.Parse("bob")));
        await Phase.Until(() => server.Engine.Sessions.List(after: null, limit: 10).Count == 1, "the end of bob's session");
        await Fill(alice, firstId: 1);
        Assert.Equal(Full, await alice.Ask("MSG bob refused"));
    }

    [Fact]
    public void Counts_follow_every_message_and_every_login() => Check.Sample(
        Gen.Select(Gen.Int[0, 9], Gen.Long[1, 4], Gen.Long[1, 4]).Array[0, 200],
        static steps =>
        {
            var pending = New(limit: 4);
            var expected = new Dictionary<(long Recipient, long Sender), int>();
            foreach (var (what, recipient, sender) in steps)
            {
                var count = expected.GetValueOrDefault((recipient, sender));
                Assert.Equal(count >= 4, pending.IsFull(recipient, sender, now: 0));
                if (what == 0)
                {
                    pending.Forget(recipient);
                    foreach (var pair in expected.Keys.Where(pair => pair.Recipient == recipient).ToList())
                        expected.Remove(pair);
                }
                else if (what <= 2)
                {
                    pending.TakeBack(recipient, sender);
                    expected[(recipient, sender)] = Math.Max(0, count - 1);
                }
                else
                {
                    pending.Add(recipient, sender, now: 0);
                    expected[(recipient, sender)] = count + 1;
                }
            }
        });

    [Fact]
    public void Memory_is_bounded_and_whoever_is_at_the_limit_is_not_forgotten_for_messages_to_many_others()
    {
        const int Others = 500_000;
        var pending = New(limit: 2);
        for (var message = 0; message < 2; message++)
            pending.Add(recipient: 1, sender: 2, now: 0);
        for (var other = 0; other < Others; other++)
            pending.Add(recipient: 10 + (other % 1_000), sender: 10 + (other / 1_000), now: 0);
        Assert.True(pending.IsFull(recipient: 1, sender: 2, now: 0));
        Assert.InRange(pending.Pairs, 1, 65_536);
        pending.Forget(recipient: 1);
        Assert.False(pending.IsFull(recipient: 1, sender: 2, now: 0));
        for (var recipient = 10; recipient < 1_010; recipient++)
            pending.Forget(recipient);
        Assert.Equal(0, pending.Pairs);
    }

    private static PendingMessages New(int limit)
    {
        var current = new CurrentOptions(Limited(limit).Live);
        return new PendingMessages(current, new SessionRegistry(current, TimeProvider.System));
    }

    private static EngineOptions Limited(int messages) =>
        TestServer.Quiet with { Live = TestServer.QuietLive with { MaxPending = messages } };

    /// <summary>As many messages to bob, who is away, as may wait.</summary>
    private static async Task Fill(TestClient sender, int firstId)
    {
        for (var id = firstId; id < firstId + Most; id++)
            Assert.Equal($"OK queued {id}", await sender.Ask("MSG bob hi"));
    }
}
