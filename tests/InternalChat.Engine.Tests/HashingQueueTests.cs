using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Passwords;

namespace InternalChat.Engine.Tests;

/// <summary>Whose turn it is when more wants to be hashed than there are threads.</summary>
public sealed class HashingQueueTests
{
    [Fact]
    public void Networks_take_turns_and_each_keeps_its_own_order()
    {
        var queue = new HashingQueue(capacity: 10);
        Assert.All((string[])["a1", "a2", "a3", "b1", "c1", "c2"], name => Assert.True(Add(queue, name)));
        Assert.Equal(["a1", "b1", "c1", "a2", "c2", "a3"], TakeAll(queue));
    }

    [Fact]
    public void A_newcomer_gets_the_place_of_the_last_one_of_the_network_of_which_most_waits()
    {
        var queue = new HashingQueue(capacity: 5);
        var ofMany = new Work("a3");
        Assert.All((string[])["a1", "a2"], name => Assert.True(Add(queue, name)));
        Assert.True(queue.TryAdd(NetworkOf("a"), HashingRank.Stranger, ofMany));
        Assert.All((string[])["b1", "b2", "c1"], name => Assert.True(Add(queue, name)));
        Assert.True(ofMany.HasGivenWay);
        Assert.Equal(5, queue.Count);
        Assert.Equal(["a1", "b1", "c1", "a2", "b2"], TakeAll(queue));
    }

    [Fact]
    public void Nobody_gives_way_to_a_network_of_which_as_much_would_wait()
    {
        var queue = new HashingQueue(capacity: 4);
        Assert.All((string[])["a1", "a2", "b1", "b2"], name => Assert.True(Add(queue, name)));
        Assert.False(Add(queue, "a3"));
        Assert.False(Add(queue, "b3"));
        Assert.True(Add(queue, "c1"));
        Assert.False(Add(queue, "c2"));
        Assert.True(Add(queue, "d1"));
        // Now each has one.
        Assert.False(Add(queue, "e1"));
        Assert.Equal(["a1", "b1", "c1", "d1"], TakeAll(queue));
    }

    [Fact]
    public void Whoever_is_known_waits_for_no_more_than_one_stranger_however_many_networks_they_have()
    {
        var queue = new HashingQueue(capacity: 5);
        Assert.All((string[])["a1", "b1", "c1", "D1", "D2"], name => Assert.True(Add(queue, name)));
        Assert.Equal(["D1", "a1", "D2", "b1", "c1"], TakeAll(queue));
    }

    [Fact]
    public void Strangers_make_room_for_whoever_is_known_and_never_the_other_way_round()
    {
        var queue = new HashingQueue(capacity: 3);
        Assert.All((string[])["a1", "b1", "c1"], name => Assert.True(Add(queue, name)));
        Assert.All((string[])["D1", "D2", "E1"], name => Assert.True(Add(queue, name)));
        Assert.False(Add(queue, "a1"));
        Assert.False(Add(queue, "E2"));
        Assert.True(Add(queue, "F1"));
        Assert.Equal(["D1", "E1", "F1"], TakeAll(queue));
    }

    [Fact]
    public void Whoever_has_an_account_goes_before_those_who_want_one_also_those_of_the_same_network()
    {
        var queue = new HashingQueue(capacity: 20);
        Assert.All((string[])["+a1", "+a2", "+b1", "a1", "c1", "D1"], name => Assert.True(Add(queue, name)));
        Assert.Equal(["D1", "a1", "c1", "+a1", "+b1", "+a2"], TakeAll(queue));
    }

    [Fact]
    public void Those_who_want_an_account_get_a_turn_however_many_others_keep_coming()
    {
        var queue = new HashingQueue(capacity: 200);
        Assert.All((string[])["+a1", "+a2"], name => Assert.True(Add(queue, name)));
        for (var i = 0; i < 64; i++)
            Assert.True(Add(queue, $"{(char)('b' + i)}1"));
        var order = TakeAll(queue);
        Assert.Equal([7, 15], ((string[])["+a1", "+a2"]).Select(name => order.IndexOf(name)));
    }

    [Fact]
    public void Those_who_want_an_account_make_room_for_everybody_who_has_one()
    {
        var queue = new HashingQueue(capacity: 3);
        Assert.All((string[])["+a1", "+b1", "c1"], name => Assert.True(Add(queue, name)));
        Assert.False(Add(queue, "+a2"));
        Assert.All((string[])["c2", "D1"], name => Assert.True(Add(queue, name)));
        Assert.False(Add(queue, "+d1"));
        Assert.Equal(["D1", "c1", "c2"], TakeAll(queue));
    }

    [Fact]
    public void A_network_has_half_of_the_places_for_each_rank_also_while_the_others_are_free()
    {
        var queue = new HashingQueue(capacity: 10);
        for (var i = 1; i <= 5; i++)
            Assert.True(Add(queue, $"+a{i}"));
        Assert.False(Add(queue, "+a6"));
        Assert.All((string[])["+b1", "a1", "A1"], name => Assert.True(Add(queue, name)));
        Assert.Equal("A1", queue.Take()?.ToString());
        Assert.Equal("a1", queue.Take()?.ToString());
        Assert.Equal("+a1", queue.Take()?.ToString());
        Assert.True(Add(queue, "+a6"));
    }

    [Fact]
    public void Peers_without_an_address_and_the_operator_among_them_may_have_all_places()
    {
        var queue = new HashingQueue(capacity: 4);
        for (var i = 0; i < 4; i++)
            Assert.True(queue.TryAdd(default, HashingRank.Known, new Work($"none-{i}")));
    }

    [Fact]
    public void What_is_taken_out_leaves_its_place_at_once_and_is_never_handed_out()
    {
        var queue = new HashingQueue(capacity: 4);
        Assert.All((string[])["a1", "b1", "c1"], name => Assert.True(Add(queue, name)));
        var (last, only) = (new Work("a2"), new Work("d1"));
        Assert.True(queue.TryAdd(NetworkOf("a"), HashingRank.Stranger, last));
        Assert.True(queue.TryRemove(NetworkOf("a"), HashingRank.Stranger, last));
        Assert.False(queue.TryRemove(NetworkOf("a"), HashingRank.Stranger, last));
        Assert.Equal(3, queue.Count);
        Assert.True(queue.TryAdd(NetworkOf("d"), HashingRank.Stranger, only));
        Assert.True(queue.TryRemove(NetworkOf("d"), HashingRank.Stranger, only));
        Assert.False(queue.TryRemove(NetworkOf("d"), HashingRank.Known, only));
        Assert.Equal(["a1", "b1", "c1"], TakeAll(queue));
        Assert.False(last.HasGivenWay || only.HasGivenWay);
    }

    [Fact]
    public void A_network_that_was_pushed_out_has_one_turn_when_it_comes_back()
    {
        var queue = new HashingQueue(capacity: 2);
        Assert.All((string[])["a1", "b1", "C1"], name => Assert.True(Add(queue, name)));
        Assert.Equal("C1", queue.Take()?.ToString());
        Assert.True(Add(queue, "b2"));
        Assert.Equal("a1", queue.Take()?.ToString());
        Assert.All((string[])["a2"], name => Assert.True(Add(queue, name)));
        Assert.Equal(["b2", "a2"], TakeAll(queue));
    }

    [Fact]
    public void The_networks_of_an_IPv6_site_share_a_turn_and_so_do_peers_without_an_address()
    {
        var queue = new HashingQueue(capacity: 10);
        foreach (var (name, address) in ((string, string?)[])
            [
                ("site-1", "2001:db8:0:1::1"), ("site-2", "2001:db8:0:2::1"), ("none-1", null), ("none-2", null),
                ("other", "2001:db8:1::1"),
            ])
        {
            var network = PeerNetwork.Of(address is null ? null : IPAddress.Parse(address));
            Assert.True(queue.TryAdd(network, HashingRank.Stranger, new Work(name)));
        }

        Assert.Equal(["site-1", "none-1", "other", "site-2", "none-2"], TakeAll(queue));
    }

    [Fact]
    public void What_waits_at_the_end_is_handed_out_and_nothing_more_is_taken()
    {
        var queue = new HashingQueue(capacity: 2);
        Assert.True(Add(queue, "a1"));
        queue.Complete();
        Assert.False(Add(queue, "a2"));
        Assert.Equal("a1", queue.Take()?.ToString());
        Assert.Null(queue.Take());
    }

    /// <summary>By the letter of its network: a capital one for somebody known, one behind a plus for who wants an account.</summary>
    private static bool Add(HashingQueue queue, string name)
    {
        var rank = name[0] == '+' ? HashingRank.Newcomer : char.IsUpper(name[0]) ? HashingRank.Known : HashingRank.Stranger;
        return queue.TryAdd(NetworkOf(name.TrimStart('+')[..1].ToLowerInvariant()), rank, new Work(name));
    }

    private static PeerNetwork NetworkOf(string letter) => PeerNetwork.Of(new IPAddress([192, 0, 2, (byte)letter[0]]));

    private static List<string> TakeAll(HashingQueue queue)
    {
        var taken = new List<string>();
        while (queue.Count > 0)
            taken.Add(queue.Take()!.ToString()!);
        return taken;
    }

    private sealed class Work(string name) : IHashingWork
    {
        public bool HasGivenWay { get; private set; }

        public void Run() => throw new InvalidOperationException("Nobody runs it here.");

        public void GiveWay() => HasGivenWay = true;

        public override string ToString() => name;
    }
}
