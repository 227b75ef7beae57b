using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using InternalChat.Protocol;
using InternalChat.Protocol.Framing;

namespace InternalChat.Benchmarks.Protocol;

/// <summary>Cutting lines out of what a pipe has buffered, per line. The rival is the framework's own reader.</summary>
public class FramingBenchmarks
{
    private const int Lines = 1_000;
    private ReadOnlySequence<byte> _received;
    private long _lineBytes;

    [Params(20, 120, 4_096)]
    public int LineBytes { get; set; }

    /// <summary>0: everything lies in one segment.</summary>
    [Params(0, 4_096)]
    public int SegmentBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var received = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', LineBytes) + "\r\n", Lines)));
        _received = Segments.Of(received, SegmentBytes == 0 ? received.Length : SegmentBytes);
        _lineBytes = (long)LineBytes * Lines;
        Checked.Equal(_lineBytes, LineReader());
        Checked.Equal(_lineBytes + Lines, SequenceReader());
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Lines)]
    public long SequenceReader()
    {
        var bytes = 0L;
        var reader = new SequenceReader<byte>(_received);
        while (reader.TryReadTo(out ReadOnlySpan<byte> line, (byte)'\n'))
            bytes += line.Length;
        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public long LineReader()
    {
        var bytes = 0L;
        var reader = new LineReader(_received, WireLimits.MaxClientLineBytes);
        while (reader.TryRead(out var line) == LineStatus.Line)
            bytes += line.Length;
        reader.Dispose();
        return bytes;
    }
}

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
