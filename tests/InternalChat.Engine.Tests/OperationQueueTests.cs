using System.Threading.Channels;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Tests.Harness;

namespace InternalChat.Engine.Tests;

public sealed class OperationQueueTests
{
    private const int Capacity = 8;

    [Fact]
    public async Task Whoever_waits_for_room_is_woken_when_half_of_the_queue_is_free_and_not_on_the_writers_thread()
    {
        using var queue = Full();
        var submitted = Submit();
        Take(queue, (Capacity / 2) - 1);
        Assert.False(submitted.IsCompleted);
        // No thread of the pool, and alive until the end: its id is nobody else's.
        using var isOver = new ManualResetEventSlim();
        var writer = new Thread(() =>
        {
            queue.Take(new Operation[1]);
            isOver.Wait();
        });
        writer.Start();
        var resumedOn = await Phase.Within(submitted, "room");
        isOver.Set();
        writer.Join();
        Assert.NotEqual(writer.ManagedThreadId, resumedOn);
        Assert.Equal((Capacity / 2) + 1, queue.Count);

        async Task<int> Submit()
        {
            await queue.SubmitAsync(default);
            return Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task All_that_wait_get_in_however_many_they_are()
    {
        const int Waiting = 500;
        using var queue = Full();
        var submitted = Task.WhenAll(Enumerable.Range(0, Waiting).Select(_ => queue.SubmitAsync(default).AsTask()));
        var taking = Task.Run(
            () =>
            {
                for (var taken = 0; taken < Capacity + Waiting;)
                {
                    taken += queue.Take(new Operation[3]);
                    Thread.Yield();
                }
            },
            TestContext.Current.CancellationToken);
        await Phase.Within(submitted, "every submission");
        await Phase.Within(taking, "every operation");
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task Whoever_waits_when_the_queue_is_completed_hears_of_it()
    {
        using var queue = Full();
        var submitted = queue.SubmitAsync(default).AsTask();
        queue.Complete();
        await Assert.ThrowsAsync<ChannelClosedException>(() => Phase.Within(submitted, "the end"));
        await Assert.ThrowsAsync<ChannelClosedException>(() => queue.SubmitAsync(default).AsTask());
        Assert.Equal(Capacity, queue.Take(new Operation[Capacity * 2]));
    }

    private static OperationQueue Full()
    {
        var queue = new OperationQueue(Capacity);
        while (queue.TrySubmit(default))
        {
        }

        return queue;
    }

    private static void Take(OperationQueue queue, int count) => Assert.Equal(count, queue.Take(new Operation[count]));
}
