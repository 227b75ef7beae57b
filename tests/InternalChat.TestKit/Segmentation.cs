using System.Buffers;

namespace InternalChat.TestKit;

/// <summary>The ways in which the same bytes can lie in a pipe's segments.</summary>
public static class Segmentation
{
    /// <summary>Whole, cut at each byte into two segments, a byte a segment, and a byte a segment with empty ones between.</summary>
    public static IEnumerable<ReadOnlySequence<byte>> Every(byte[] bytes)
    {
        yield return new ReadOnlySequence<byte>(bytes);
        for (var cut = 0; cut <= bytes.Length; cut++)
            yield return Cut(bytes, cut);
        yield return Cut(bytes, [.. Enumerable.Range(1, Math.Max(0, bytes.Length - 1))]);
        yield return Cut(bytes, [.. Enumerable.Range(0, bytes.Length).SelectMany(at => new[] { at, at })]);
    }

    /// <summary>Cuts at the offsets given, in any order; one that occurs twice makes an empty segment.</summary>
    public static ReadOnlySequence<byte> Cut(byte[] bytes, params int[] at)
    {
        Segment? first = null;
        Segment? last = null;
        var start = 0;
        foreach (var end in at.Order().Append(bytes.Length))
        {
            // A copy of its own each: reading past the end of a segment then meets other bytes than the next segment's.
            last = new Segment(bytes[start..end], last);
            first ??= last;
            start = end;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] memory, Segment? previous)
        {
            Memory = memory;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
