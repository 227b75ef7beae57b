using InternalChat.Engine.Options;
using InternalChat.Engine.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>Who may know that bob is online, by every way in which alice could: the contract's table.</summary>
public sealed class PresenceRuleTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);
    private readonly FakeTimeProvider _time = new();

    public enum Relation
    {
        Strangers,
        AliceWrote,
        BobWrote,
        BothWrote,
        AliceBlocks,
        BobBlocks,
        BothBlock,
        BothWroteAndAliceBlocks,
        BothWroteAndBobBlocks,
        BothWroteAndBobBlockedBefore,
    }

    public static TheoryData<PresenceMode, Relation, bool> Table
    {
        get
        {
            var table = new TheoryData<PresenceMode, Relation, bool>();
            foreach (var relation in Enum.GetValues<Relation>())
            {
                var bobBlocks = relation is Relation.BobBlocks or Relation.BothBlock or Relation.BothWroteAndBobBlocks;
                var bothWrote = relation is Relation.BothWrote or Relation.BothWroteAndAliceBlocks or Relation.BothWroteAndBobBlocks
                    or Relation.BothWroteAndBobBlockedBefore;
                table.Add(PresenceMode.All, relation, !bobBlocks);
                table.Add(PresenceMode.Contacts, relation, bothWrote && !bobBlocks);
                table.Add(PresenceMode.Off, relation, false);
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Coming_going_and_LIST_tell_the_same_whatever_was_in_force_before(PresenceMode mode, Relation relation, bool mayKnow)
    {
        await using var server = Serve(PresenceMode.Off);
        var alice = await server.LogInAs("alice");
        await Relate(server, alice, relation);
        server.Engine.LiveOptions = TestServer.QuietLive with { Presence = mode };
        await AssertKnows(server, alice, mode, mayKnow);
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task It_is_so_after_a_restart(PresenceMode mode, Relation relation, bool mayKnow)
    {
        await using var server = Serve(PresenceMode.Off);
        var before = await server.LogInAs("alice");
        await Relate(server, before, relation);
        await Leave(before);
        await server.Restart(server.Options with { Live = TestServer.QuietLive with { Presence = mode } });
        await AssertKnows(server, await server.LogInAs("alice"), mode, mayKnow);
    }

    [Theory]
    [InlineData(PresenceMode.All)]
    [InlineData(PresenceMode.Contacts)]
    public async Task Neither_BLOCK_nor_UNBLOCK_tells_anything_at_that_moment(PresenceMode mode)
    {
        await using var server = Serve(mode);
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        await Say(alice, bob);
        await Say(bob, alice);
        await News(alice);
        await alice.Expect("INFO user_online bob");
        Assert.Equal("OK blocked alice", await bob.Ask("BLOCK alice"));
        _time.Advance(Window);
        Assert.Equal(["INFO online: alice", "INFO known: alice, bob"], await alice.AskFor("LIST", 2));
        Assert.Equal(["INFO online: alice, bob", "INFO known: alice, bob"], await bob.AskFor("LIST", 2));
        Assert.Equal("OK unblocked alice", await bob.Ask("UNBLOCK alice"));
        _time.Advance(Window);
        Assert.Equal(["INFO online: alice, bob", "INFO known: alice, bob"], await alice.AskFor("LIST", 2));
        Assert.Empty(await alice.SoFar());
        await Leave(bob);
        await News(alice);
        await alice.Expect("INFO user_offline bob");
    }

    [Fact]
    public async Task Those_who_block_the_listener_are_left_out_of_a_crowd_that_comes()
    {
        await using var server = Serve(PresenceMode.Off);
        await server.Register("alice");
        foreach (var name in (string[])["user1", "user3", "user4"])
        {
            var blocker = await server.LogInAs(name);
            Assert.Equal("OK blocked alice", await blocker.Ask("BLOCK alice"));
            await Leave(blocker);
        }

        server.Engine.LiveOptions = TestServer.QuietLive with { Presence = PresenceMode.All };
        var witness = await server.LogInAs("witness");
        var alice = await server.LogInAs("alice");
        for (var user = 0; user < 6; user++)
            await server.LogInAs($"user{user}");
        _time.Advance(Window);
        await alice.Expect("INFO user_online user0", "INFO user_online user2", "INFO user_online user5");
        await witness.Expect([
            "INFO user_online alice", .. Enumerable.Range(0, 6).Select(static user => $"INFO user_online user{user}")]);
        Assert.Empty(await alice.SoFar());
    }

    [Fact]
    public async Task Who_blocks_the_listener_is_left_out_when_it_comes_back_within_a_window()
    {
        await using var server = Serve(PresenceMode.Off);
        await server.Register("alice", "dave");
        var bob = await server.LogInAs("bob");
        Assert.Equal("OK blocked alice", await bob.Ask("BLOCK alice"));
        await Leave(bob);
        bob = await server.LogInAs("bob");

        server.Engine.LiveOptions = TestServer.QuietLive with { Presence = PresenceMode.All };
        await Leave(bob);
        var (alice, dave) = (await server.LogInAs("alice"), await server.LogInAs("dave"));
        await server.LogInAs("bob");
        _time.Advance(Window);
        await dave.Expect("INFO user_online bob");
        await alice.Expect("INFO user_online dave");
        Assert.Empty(await alice.SoFar());
        Assert.Empty(await dave.SoFar());
    }

    [Theory]
    [InlineData(PresenceMode.All)]
    [InlineData(PresenceMode.Contacts)]
    [InlineData(PresenceMode.Off)]
    public async Task A_receipt_is_withheld_only_from_a_sender_whom_the_reader_blocks(PresenceMode mode)
    {
        await using var server = Serve(mode);
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        for (var message = 1; message <= 4; message++)
            await Say(alice, bob);
        Assert.Equal("OK read 1", await bob.Ask("READ 1"));
        await alice.Expect("READ 1 bob");
        Assert.Equal("OK blocked bob", await alice.Ask("BLOCK bob"));
        Assert.Equal("OK read 2", await bob.Ask("READ 2"));
        await alice.Expect("READ 2 bob");

        // In one go, so that the receipt may be in the batch of the block.
        bob.SendLines(["BLOCK alice", "READ 3"]);
        await bob.Expect("OK blocked alice", "OK read 3");
        Assert.Equal("OK unblocked alice", await bob.Ask("UNBLOCK alice"));
        Assert.Equal("OK read 3", await bob.Ask("READ 3"));
        Assert.Equal("OK read 4", await bob.Ask("READ 4"));
        await alice.Expect("READ 4 bob");
        Assert.Empty(await alice.SoFar());
    }

    [Fact]
    public async Task A_receipt_is_withheld_by_a_block_of_an_earlier_session()
    {
        await using var server = Serve(PresenceMode.All);
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        await Say(alice, bob);
        Assert.Equal("OK blocked alice", await bob.Ask("BLOCK alice"));
        await Leave(bob);
        bob = await server.LogInAs("bob");
        Assert.Equal("OK read 1", await bob.Ask("READ 1"));
        Assert.Empty(await alice.SoFar());
    }

    private async Task Relate(TestServer server, TestClient alice, Relation relation)
    {
        var (bob, carol) = (await server.LogInAs("bob"), await server.LogInAs("carol"));
        await Say(alice, carol);
        await Say(carol, alice);
        if (relation is Relation.AliceWrote or Relation.BothWrote || relation >= Relation.BothWroteAndAliceBlocks)
            await Say(alice, bob);
        if (relation is Relation.BobWrote or Relation.BothWrote || relation >= Relation.BothWroteAndAliceBlocks)
            await Say(bob, alice);
        if (relation is Relation.AliceBlocks or Relation.BothBlock or Relation.BothWroteAndAliceBlocks)
            Assert.Equal("OK blocked bob", await alice.Ask("BLOCK bob"));
        if (relation is Relation.BobBlocks or Relation.BothBlock or >= Relation.BothWroteAndBobBlocks)
            Assert.Equal("OK blocked alice", await bob.Ask("BLOCK alice"));
        if (relation is Relation.BothWroteAndBobBlockedBefore)
            Assert.Equal("OK unblocked alice", await bob.Ask("UNBLOCK alice"));
        await Leave(bob);
        await Leave(carol);
    }

    /// <summary>Carol comes and goes right behind bob, and alice may know of her: when that has come, all of bob has.</summary>
    private async Task AssertKnows(TestServer server, TestClient alice, PresenceMode mode, bool mayKnow)
    {
        var (bob, carol) = (await server.LogInAs("bob"), await server.LogInAs("carol"));
        var knowsCarol = mode != PresenceMode.Off;
        string[] known = mayKnow ? ["bob", "carol"] : knowsCarol ? ["carol"] : [];
        await ExpectNews(alice, [.. known.Select(static name => $"INFO user_online {name}")]);
        var online = "INFO online: " + string.Join(", ", known.Prepend("alice"));
        Assert.Equal([online, "INFO known: alice, bob, carol"], await alice.AskFor("LIST", 2));
        await Leave(bob);
        await Leave(carol);
        await ExpectNews(alice, [.. known.Select(static name => $"INFO user_offline {name}")]);
        Assert.Equal(["INFO online: alice", "INFO known: alice, bob, carol"], await alice.AskFor("LIST", 2));
    }

    private async Task ExpectNews(TestClient client, string[] lines)
    {
        foreach (var line in lines)
        {
            await News(client);
            await client.Expect(line);
        }

        _time.Advance(Window);
        Assert.Empty(await client.SoFar());
    }

    /// <summary>The next window begins when everybody has heard of the last one, for which readers are asked.</summary>
    private Task News(TestClient client) => Phase.Until(
        () =>
        {
            _time.Advance(Window);
            return client.HasUnread;
        },
        "the next news");

    /// <summary>After a PING, so that no flush is under way: the server would wait for it by a clock that stands still.</summary>
    private static async Task Leave(TestClient client)
    {
        await client.SoFar();
        await client.Quit();
    }

    private static async Task Say(TestClient sender, TestClient recipient)
    {
        Assert.StartsWith("DELIVERED ", await sender.Ask($"MSG {recipient} hello"), StringComparison.Ordinal);
        Assert.StartsWith("FROM ", await recipient.Line(), StringComparison.Ordinal);
    }

    private TestServer Serve(PresenceMode mode) =>
        new(TestServer.Quiet with { Live = TestServer.QuietLive with { Presence = mode }, PresenceWindow = Window }, _time);
}
