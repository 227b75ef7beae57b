using System.Collections.Concurrent;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;

namespace InternalChat.Engine.Tests;

public sealed class InFlightOperationsTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    [InlineData(4, 3)]
    public async Task The_waiter_is_woken_once_each_time_enough_is_done(int perRound, int awaited)
    {
        const int Rounds = 10_000;
        var inFlight = new InFlightOperations();
        using var submitted = new BlockingCollection<int>();
        var writer = Task.Run(
            () =>
            {
                foreach (var _ in submitted.GetConsumingEnumerable())
                    inFlight.Done();
            },
            TestContext.Current.CancellationToken);
        var loop = Task.Run(
            async () =>
            {
                for (var round = 0; round < Rounds; round++)
                {
                    for (var i = inFlight.Count; i < perRound; i++)
                    {
                        inFlight.Add();
                        submitted.Add(i);
                    }

                    await inFlight.WhenAtMost(awaited);
                    Assert.InRange(inFlight.Count, 0, awaited);
                }
            },
            TestContext.Current.CancellationToken);
        await Phase.Within(loop, "every round");
        submitted.CompleteAdding();
        await Phase.Within(writer, "the writer");
    }

    [Fact]
    public async Task Nothing_in_flight_is_idle_at_once()
    {
        var inFlight = new InFlightOperations();
        Assert.True(inFlight.WhenIdle().AsTask().IsCompletedSuccessfully);
        inFlight.Add();
        Assert.Equal(1, inFlight.Count);
        var waiting = inFlight.WhenIdle().AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, inFlight.Count);
        inFlight.Done();
        await Phase.Within(waiting, "idle");
    }

    [Fact]
    public async Task The_window_opens_before_everything_is_done()
    {
        var inFlight = new InFlightOperations();
        for (var i = 0; i < 4; i++)
            inFlight.Add();
        Assert.True(inFlight.WhenAtMost(4).AsTask().IsCompletedSuccessfully);
        var waiting = inFlight.WhenAtMost(2).AsTask();
        inFlight.Done();
        Assert.False(waiting.IsCompleted);
        inFlight.Done();
        await Phase.Within(waiting, "room");
        Assert.Equal(2, inFlight.Count);
    }
}
