using InternalChat.Server.Tuning;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Tuning;

public sealed class IdleGarbageCollectionTests : IDisposable
{
    private const int Crowd = 10_000;
    private static readonly TimeSpan Busy = IdleGarbageCollection.IdleTime;
    private static readonly TimeSpan Quiet = IdleGarbageCollection.IdleTime - TimeSpan.FromTicks(1);

    private readonly FakeTimeProvider _time = new();
    private readonly IdleGarbageCollection _collection;
    private TimeSpan _processorTime;
    private long _turnover;
    private int _connected;
    private int _collections;

    public IdleGarbageCollectionTests() => _collection =
        new IdleGarbageCollection(
            _time, () => _processorTime, () => _turnover, () => _connected, () => _collections++, NullLogger.Instance);

    public void Dispose() => _collection.Dispose();

    [Fact]
    public void What_many_have_left_behind_is_collected_when_it_is_quiet_and_once()
    {
        Change(Crowd);
        Pass(Busy, looks: 10);
        Assert.Equal(0, _collections);
        Pass(Quiet, looks: 10);
        Assert.Equal(1, _collections);
    }

    [Fact]
    public void It_is_collected_when_they_have_gone_too()
    {
        Change(Crowd);
        Pass(Quiet);
        Change(-Crowd);
        Pass(Quiet, looks: 10);
        Assert.Equal(2, _collections);
    }

    [Fact]
    public void Few_are_not_worth_it_until_they_have_become_many()
    {
        Change(IdleGarbageCollection.LeastTurnover - 1);
        Pass(Quiet, looks: 10);
        Assert.Equal(0, _collections);
        Change(-1);
        Pass(Quiet);
        Assert.Equal(1, _collections);
    }

    [Fact]
    public void A_crowd_does_not_wait_for_a_small_part_of_it()
    {
        Change(Crowd);
        Pass(Quiet);
        // Of as many connections there come and go that one is due for each four.
        for (var both = 1; both < Crowd / 8; both++)
        {
            Change(-1);
            Change(1);
        }

        Pass(Quiet, looks: 10);
        Assert.Equal(1, _collections);
        Change(-1);
        Change(1);
        Pass(Quiet);
        Assert.Equal(2, _collections);
    }

    [Fact]
    public void Nothing_is_collected_after_the_end()
    {
        _collection.Dispose();
        Change(Crowd);
        Pass(Quiet, looks: 10);
        Assert.Equal(0, _collections);
    }

    private void Change(int connections)
    {
        _connected += connections;
        _turnover += Math.Abs(connections);
    }

    private void Pass(TimeSpan processorTime, int looks = 1)
    {
        for (; looks > 0; looks--)
        {
            _processorTime += processorTime;
            _time.Advance(IdleGarbageCollection.Interval);
        }
    }
}
