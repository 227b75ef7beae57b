using InternalChat.Server.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Hosting;

public sealed class CollectionHoldOffTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly CollectionHoldOff _holdOff;
    private long _turnover = 1_000_000;
    private int _calls;

    public CollectionHoldOffTests() => _holdOff = new CollectionHoldOff(_time, () => _turnover, () => _calls++);

    public void Dispose() => _holdOff.Dispose();

    [Fact]
    public void A_crowd_is_seen_for_as_long_as_it_comes()
    {
        Pass(CollectionHoldOff.Crowd);
        Assert.Equal(1, _calls);
        Pass(CollectionHoldOff.Crowd);
        Assert.Equal(2, _calls);
        Pass(0);
        Assert.Equal(2, _calls);
    }

    [Fact]
    public void Those_who_come_one_by_one_are_none_however_many_they_become()
    {
        for (var look = 0; look < 10; look++)
            Pass(CollectionHoldOff.Crowd - 1);
        Assert.Equal(0, _calls);
    }

    [Fact]
    public void Nothing_is_held_off_after_the_end()
    {
        _holdOff.Dispose();
        Pass(CollectionHoldOff.Crowd);
        Assert.Equal(0, _calls);
    }

    private void Pass(int turnover)
    {
        _turnover += turnover;
        _time.Advance(CollectionHoldOff.Interval);
    }
}
