using System.Buffers;
using InternalChat.Client.Tests.Harness;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Client.Tests.Client;

/// <summary>The lower layer by itself, over a stream in memory.</summary>
public sealed class FrameLayerTests
{
    private const int Frames = 100_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reading_allocates_nothing_per_frame()
    {
        await using var connection = new ChatConnection(new MemoryStream(Messages()));
        var counter = new Counter();
        var before = GC.GetAllocatedBytesForCurrentThread();
        // In memory every read completes at once, on this thread.
        while (await connection.ReadAsync(counter, Cancel))
        {
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((Frames, Frames * (Frames + 1L) / 2), (counter.Count, counter.Sum));
        // The smallest object has 24 bytes; what is here belongs to the reads, of which each brings some two hundred frames.
        Assert.InRange(allocated, 0, Frames * 8);
    }

    [Fact]
    public async Task A_receiver_that_has_enough_gets_the_rest_at_the_next_read()
    {
        await using var connection = new ChatConnection(new MemoryStream("PONG\nDELIVERED 1\nDELIVERED 2\n"u8.ToArray()));
        var one = new Counter { Stops = true };

        Assert.True(await connection.ReadAsync(one, Cancel));
        Assert.Equal(1, one.Count);
        Assert.True(await connection.ReadAsync(one, Cancel));
        Assert.True(await connection.ReadAsync(one, Cancel));
        Assert.False(await connection.ReadAsync(one, Cancel));
        Assert.Equal((3, 3L), (one.Count, one.Sum));
    }

    [Fact]
    public async Task Lines_go_out_when_they_are_flushed_and_not_before()
    {
        var stream = new MemoryStream();
        await using var connection = new ChatConnection(stream);
        ClientFrames.Read(connection.Output, 7);
        connection.Append("PING\n"u8);
        Assert.Equal((0, 12L), (stream.Length, connection.UnflushedBytes));

        await connection.FlushAsync(Cancel);
        Assert.Equal("READ 7\nPING\n"u8.ToArray(), stream.ToArray());
    }

    private static byte[] Messages()
    {
        var output = new ArrayBufferWriter<byte>();
        for (var i = 1; i <= Frames; i++)
            ServerFrames.From(output, i, Names.Bob, 1_700_000_000, "a message of a usual length, neither short nor long"u8);
        return output.WrittenSpan.ToArray();
    }

    private sealed class Counter : IFrameReceiver
    {
        internal int Count { get; private set; }

        internal long Sum { get; private set; }

        internal bool Stops { get; init; }

        public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
        {
            Count++;
            Sum += frame.Id;
            return !Stops;
        }
    }
}
