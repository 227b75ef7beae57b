using System.Buffers;

namespace InternalChat.Benchmarks.Protocol;

/// <summary>Bytes in segments of one size, as a pipe holds them.</summary>
internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    private Segments(ReadOnlyMemory<byte> memory, long runningIndex)
    {
        Memory = memory;
        RunningIndex = runningIndex;
    }

    public static ReadOnlySequence<byte> Of(byte[] bytes, int segmentBytes)
    {
        var first = new Segments(bytes.AsMemory(0, Math.Min(segmentBytes, bytes.Length)), runningIndex: 0);
        var last = first;
        for (var at = segmentBytes; at < bytes.Length; at += segmentBytes)
        {
            var next = new Segments(bytes.AsMemory(at, Math.Min(segmentBytes, bytes.Length - at)), at);
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
