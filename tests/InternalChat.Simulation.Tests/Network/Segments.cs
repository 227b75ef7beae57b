using System.Buffers;

namespace InternalChat.Simulation.Tests.Network;

/// <summary>A pipe's memory, which may lie in pieces.</summary>
internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    private Segments(ReadOnlyMemory<byte> memory, Segments? previous)
    {
        Memory = memory;
        if (previous is null)
            return;
        RunningIndex = previous.RunningIndex + previous.Memory.Length;
        previous.Next = this;
    }

    /// <summary>The bytes in one piece, or in two with the cut at an arbitrary place.</summary>
    public static ReadOnlySequence<byte> Of(byte[] bytes, Random random)
    {
        if (bytes.Length < 2 || random.Next(2) == 0)
            return new ReadOnlySequence<byte>(bytes);
        var cut = random.Next(1, bytes.Length);
        var first = new Segments(bytes.AsMemory(0, cut), null);
        var last = new Segments(bytes.AsMemory(cut), first);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
