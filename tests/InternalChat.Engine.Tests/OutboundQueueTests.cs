using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using InternalChat.Engine.Outbound;
using InternalChat.Engine.Tests.Harness;

namespace InternalChat.Engine.Tests;

public sealed class OutboundQueueTests
{
    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 500)]
    [InlineData(3, 20_000)]
    public async Task No_line_of_many_producers_is_torn_lost_or_out_of_its_producers_order(int seed, int pauseAt)
    {
        const int Producers = 4;
        const int Lines = 20_000;
        var pipe = new Pipe(
            new PipeOptions(pauseWriterThreshold: pauseAt, resumeWriterThreshold: pauseAt / 2, useSynchronizationContext: false));
        var queue = new OutboundQueue(pipe.Writer, 1 << 20);
        var reading = Task.Run(() => ReadAll(pipe.Reader, new Random(seed)), TestContext.Current.CancellationToken);
        var producing = Enumerable.Range(0, Producers).Select(producer => Task.Run(
            async () =>
            {
                var random = new Random(seed + producer);
                for (var i = 0; i < Lines; i++)
                {
                    Append(queue, $"{producer} {i} {new string((char)('a' + producer), random.Next(80))}");
                    if (random.Next(3) == 0)
                        queue.Flush();
                    if (queue.IsCongested && random.Next(50) == 0)
                        await queue.WhenWritable();
                }

                queue.Flush();
            },
            TestContext.Current.CancellationToken));
        await Phase.Within(Task.WhenAll(producing), "the producers");
        while (!queue.IsDrained)
            await Phase.Within(queue.WhenWritable(), "the last flush");
        await pipe.Writer.CompleteAsync();

        var next = new int[Producers];
        foreach (var line in await Phase.Within(reading, "the reader"))
        {
            var words = line.Split(' ');
            var producer = int.Parse(words[0], null);
            Assert.Equal($"{next[producer]++}", words[1]);
            Assert.True(words[2].All(letter => letter == (char)('a' + producer)), line);
        }

        Assert.All(next, static count => Assert.Equal(Lines, count));
        Assert.False(queue.IsCongested);
    }

    [Fact]
    public async Task Whoever_flushes_is_not_kept_by_others_who_go_on_appending()
    {
        const int Lines = 1_000;
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        var output = new GatedPipeWriter(pipe.Writer);
        var queue = new OutboundQueue(output, 1 << 20);
        var (appended, flushesHere, here) = (1, 0, Environment.CurrentManagedThreadId);
        output.Flushing = () =>
        {
            if (Environment.CurrentManagedThreadId == here)
                flushesHere++;
            // As another thread would, with each flush.
            if (appended < Lines)
                Append(queue, $"{appended++}");
        };
        Append(queue, "0");
        queue.Flush();
        Assert.InRange(flushesHere, 1, 10);
        while (!queue.IsDrained)
            await Phase.Within(queue.WhenWritable(), "the last flush");
        await pipe.Writer.CompleteAsync();
        Assert.Equal(Enumerable.Range(0, Lines).Select(static line => $"{line}"), await ReadAll(pipe.Reader, new Random(1)));
    }

    [Fact]
    public async Task Whoever_waits_is_woken_by_room_by_release_and_by_the_end()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 8, resumeWriterThreshold: 4, useSynchronizationContext: false));
        var queue = new OutboundQueue(pipe.Writer, 1_024);
        Assert.True(queue.WhenWritable().IsCompleted);
        Append(queue, "more than eight bytes");
        queue.Flush();
        Assert.True(queue.IsCongested);
        var waiter = queue.WhenWritable();
        Assert.False(waiter.IsCompleted);
        var result = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        pipe.Reader.AdvanceTo(result.Buffer.End);
        await Phase.Within(waiter, "room");

        Append(queue, "more than eight bytes");
        queue.Flush();
        waiter = queue.WhenWritable();
        var never = new TaskCompletionSource().Task;
        var ending = queue.WhenEndingOr(never);
        queue.ReleaseWaiters();
        await Phase.Within(waiter, "the release");
        await Phase.Within(ending, "the release");
        Assert.True(queue.WhenWritable().IsCompleted);
        Assert.True(queue.WhenEndingOr(never).IsCompleted);

        queue.Abort();
        Assert.True(queue.IsClosed);
        Assert.False(queue.IsCongested);
        using var scope = queue.Begin();
        Assert.Null(scope.Writer);
    }

    [Fact]
    public async Task A_wait_for_a_task_or_the_end_is_over_with_either_whatever_comes_of_the_task()
    {
        var queue = new OutboundQueue(new Pipe().Writer, 1_024);
        var (failing, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        var ending = queue.WhenEndingOr(failing.Task);
        Assert.False(ending.IsCompleted);
        failing.SetException(new IOException("whoever awaits it hears of it"));
        await Phase.Within(ending, "the task's end");
        await Assert.ThrowsAsync<IOException>(() => failing.Task);
        ending = queue.WhenEndingOr(never.Task);
        Assert.False(ending.IsCompleted);
        queue.Abort();
        await Phase.Within(ending, "the end");
    }

    [Fact]
    public async Task What_a_flush_that_fails_had_with_it_does_not_count_as_taken()
    {
        var pipe = new Pipe();
        GatedPipeWriter output = new(pipe.Writer);
        var queue = new OutboundQueue(output, 1_024);
        Append(queue, "taken");
        queue.Flush();
        Assert.Equal(6, queue.TakenBytes);
        output.Failure = new IOException("gone");
        Append(queue, "lost");
        queue.Flush();
        await Phase.Until(() => queue.IsClosed, "the failure");
        Assert.Equal(6, queue.TakenBytes);
    }

    [Fact]
    public void A_sealed_queue_takes_nothing_and_still_sends_what_it_has()
    {
        var pipe = new Pipe();
        var queue = new OutboundQueue(pipe.Writer, 1_024);
        Append(queue, "last");
        queue.Seal();
        Append(queue, "late");
        queue.Flush();
        Assert.True(pipe.Reader.TryRead(out var result));
        Assert.Equal("last\n", Encoding.UTF8.GetString(result.Buffer));
        Assert.True(queue.IsDrained);
    }

    [Fact]
    public void A_closed_queues_position_ends_at_what_the_transport_was_given()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4, resumeWriterThreshold: 2, useSynchronizationContext: false));
        var queue = new OutboundQueue(pipe.Writer, 1_024);
        Append(queue, "first", messageId: 1);
        queue.Flush();
        Append(queue, "second", messageId: 2);
        Assert.Equal(new OutboundPosition(13, 2, 13), queue.Position());
        queue.Abort();
        Assert.Equal(new OutboundPosition(6, 1, 6), queue.Position());
    }

    [Fact]
    public void Presence_gives_way_at_half_of_the_bound_and_only_the_rest_overflows()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4, resumeWriterThreshold: 2, useSynchronizationContext: false));
        var queue = new OutboundQueue(pipe.Writer, 100);
        Append(queue, "congested");
        queue.Flush();
        for (var i = 0; i < 20; i++)
            Append(queue, "presence", frames: FrameClass.Droppable);
        Assert.Equal(10 + (5 * 9), queue.Position().Bytes);
        Assert.False(queue.HasOverflowed);
        for (var i = 0; i < 7; i++)
            Append(queue, "receipts");
        Assert.True(queue.HasOverflowed);
    }

    [Fact]
    public void Presence_of_many_at_once_gives_way_as_a_whole_and_overflows_nothing()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4, resumeWriterThreshold: 2, useSynchronizationContext: false));
        var queue = new OutboundQueue(pipe.Writer, 100);
        Append(queue, "congested");
        queue.Flush();
        Append(queue, "receipt");
        Append(queue, new string('p', 200), frames: FrameClass.Droppable);
        Assert.Equal(10 + 8, queue.Position().Bytes);
        Assert.False(queue.HasOverflowed);
    }

    private static void Append(OutboundQueue queue, string line, long messageId = 0, FrameClass frames = FrameClass.Reliable)
    {
        using var scope = queue.Begin(frames, line.Length + 1);
        if (scope.Writer is not { } writer)
            return;
        // In pieces, as a torn line would be.
        foreach (var letter in Encoding.UTF8.GetBytes(line + "\n").Chunk(7))
            writer.Write(letter);
        if (messageId > 0)
            scope.Holds(messageId);
    }

    private static async Task<List<string>> ReadAll(PipeReader reader, Random random)
    {
        var text = new StringBuilder();
        while (true)
        {
            var result = await reader.ReadAsync();
            var take = random.Next(2) == 0 ? result.Buffer.Length : random.NextInt64(result.Buffer.Length + 1);
            text.Append(Encoding.UTF8.GetString(result.Buffer.Slice(0, take)));
            reader.AdvanceTo(result.Buffer.GetPosition(take));
            if (result.IsCompleted && take == result.Buffer.Length)
                return [.. text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
            if (random.Next(10) == 0)
                await Task.Yield();
        }
    }
}
