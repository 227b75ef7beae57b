using System.Net;
using InternalChat.Engine.Accounts;
using InternalChat.Engine.Connections;

namespace InternalChat.Engine.Tests;

public sealed class HashingQueueTests
{
    private readonly HashingQueue _queue = new(capacity: 8);
    private readonly List<string> _done = [];

    [Fact]
    public void Networks_take_turns_each_in_the_order_of_its_own()
    {
        Assert.All(["a1", "a2", "a3"], work => Assert.True(TryAdd("192.0.2.1", work)));
        Assert.All(["b1", "b2"], work => Assert.True(TryAdd("192.0.2.2", work)));
        Assert.True(TryAdd(null, "operator"));
        TakeAll();
        Assert.Equal(["a1", "b1", "operator", "a2", "b2", "a3"], _done);
    }

    [Fact]
    public void A_network_has_no_more_waiting_than_there_are_places_free()
    {
        Assert.Equal(4, Enumerable.Range(0, 20).Count(_ => TryAdd("192.0.2.1", "a")));
        Assert.Equal(2, Enumerable.Range(0, 20).Count(_ => TryAdd("192.0.2.2", "b")));
        Assert.Equal(1, Enumerable.Range(0, 20).Count(_ => TryAdd("192.0.2.3", "c")));
        Assert.Equal(7, _queue.Count);
        TakeAll();
        Assert.True(TryAdd("192.0.2.1", "a"));
    }

    [Fact]
    public void A_site_of_IPv6_is_one_network()
    {
        Assert.Equal(4, Enumerable.Range(0, 20).Count(network => TryAdd($"2001:db8:1:{network:x}::1", "a")));
        Assert.True(TryAdd("2001:db8:2::1", "b"));
    }

    [Fact]
    public void What_waits_at_the_end_is_taken_and_nothing_more()
    {
        Assert.True(TryAdd("192.0.2.1", "a"));
        _queue.Complete();
        Assert.False(TryAdd("192.0.2.2", "b"));
        TakeAll();
        Assert.Equal(["a"], _done);
        Assert.False(_queue.TryTake(out _));
    }

    private bool TryAdd(string? address, string work) =>
        _queue.TryAdd(PeerNetwork.Of(address is null ? null : IPAddress.Parse(address)), () => _done.Add(work));

    private void TakeAll()
    {
        while (_queue.Count > 0 && _queue.TryTake(out var work))
            work();
    }
}
