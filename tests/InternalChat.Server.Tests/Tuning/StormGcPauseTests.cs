using InternalChat.Server.Tuning;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Tuning;

public sealed class StormGcPauseTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ConnectionDelegate _serve;
    private int _served;
    private int _calls;
    private int _connected;

    public StormGcPauseTests()
    {
        _serve = new StormGcPause(_time, () => _connected, () => _calls++).Before(_ =>
        {
            _served++;
            _connected++;
            return Task.CompletedTask;
        });
        _time.Advance(TimeSpan.FromDays(1));
        Come(StormGcPause.Crowd);
        Assert.Equal(0, _calls);
    }

    [Fact]
    public void A_crowd_is_seen_for_as_long_as_it_comes()
    {
        for (var crowds = 1; crowds <= 3; crowds++)
        {
            _time.Advance(StormGcPause.CrowdTime);
            Come(StormGcPause.Crowd - 1);
            Assert.Equal(crowds - 1, _calls);
            Come(1);
            Assert.Equal(crowds, _calls);
        }
    }

    [Fact]
    public void Those_who_come_more_slowly_are_none_however_many_they_become()
    {
        for (var crowds = 0; crowds < 10; crowds++)
        {
            _time.Advance(StormGcPause.CrowdTime + TimeSpan.FromMilliseconds(1));
            Come(StormGcPause.Crowd);
        }

        Assert.Equal(0, _calls);
    }

    [Fact]
    public void A_crowd_of_which_half_has_gone_is_one()
    {
        _connected -= StormGcPause.Crowd / 2;
        Come(StormGcPause.Crowd);
        Assert.Equal(1, _calls);
    }

    [Fact]
    public void Those_who_come_and_go_at_once_are_none_however_fast_they_come()
    {
        for (var crowds = 0; crowds < 10; crowds++)
        {
            _connected -= (StormGcPause.Crowd / 2) + 1;
            Come(StormGcPause.Crowd);
        }

        Assert.Equal(0, _calls);
    }

    private void Come(int connections)
    {
        var connection = new DefaultConnectionContext();
        var servedBefore = _served;
        for (var came = 0; came < connections; came++)
            Assert.True(_serve(connection).IsCompleted);
        Assert.Equal(connections, _served - servedBefore);
    }
}
