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
