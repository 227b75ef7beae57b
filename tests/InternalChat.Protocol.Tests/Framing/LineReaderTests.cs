using System.Buffers;
using System.Text;
using CsCheck;
using InternalChat.Protocol.Framing;
using Xunit;

namespace InternalChat.Protocol.Tests.Framing;

public sealed class LineReaderTests
{
    private const int Limit = WireLimits.MaxClientLineBytes;

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("PING", "", 0)]
    [InlineData("\n", "[]\n", 1)]
    [InlineData("\r\n", "[]\n", 2)]
    [InlineData("\r", "", 0)]
    [InlineData("PING\n", "[PING]\n", 5)]
    [InlineData("PING\r\n", "[PING]\n", 6)]
    [InlineData("PING\r\r\n", "[PING\r]\n", 7)]
    [InlineData("PI\rNG\n", "[PI\rNG]\n", 6)]
    [InlineData("PING\n\n\nPING\n", "[PING]\n[]\n[]\n[PING]\n", 12)]
    [InlineData("PING\r\nLIST\nQUI", "[PING]\n[LIST]\n", 11)]
    [InlineData("PING\nPING\r", "[PING]\n", 5)]
    public void Cuts_the_same_lines_however_the_bytes_are_segmented(string bytes, string lines, int consumed)
    {
        foreach (var sequence in Segmentation.Every(Encoding.Latin1.GetBytes(bytes)))
            Assert.Equal(new Reading(lines, LineStatus.Incomplete, consumed), Reading.Of(sequence, Limit));
    }

    [Theory]
    [InlineData(Limit, "\n", LineStatus.Line)]
    [InlineData(Limit - 1, "\r\n", LineStatus.Line)]
    [InlineData(Limit, "", LineStatus.Incomplete)]
    [InlineData(Limit - 1, "\r", LineStatus.Incomplete)]
    [InlineData(Limit + 1, "\n", LineStatus.TooLong)]
    [InlineData(Limit, "\r\n", LineStatus.TooLong)]
    [InlineData(Limit + 1, "", LineStatus.TooLong)]
    [InlineData(Limit, "\r", LineStatus.TooLong)]
    [InlineData(10 * Limit, "", LineStatus.TooLong)]
    [InlineData(10 * Limit, "\n", LineStatus.TooLong)]
    public void Rejects_a_line_longer_than_the_limit_and_no_other(int length, string end, LineStatus expected)
    {
        var bytes = Encoding.Latin1.GetBytes(new string('x', length) + end);
        int[][] cuts = [[], [1], [bytes.Length / 2], [bytes.Length - 1], [.. Enumerable.Range(1, bytes.Length - 1)]];

        foreach (var sequence in cuts.Select(at => Segmentation.Cut(bytes, at)))
        {
            var reader = new LineReader(sequence, Limit);
            Assert.Equal(expected, reader.TryRead(out var line));
            if (expected == LineStatus.Line)
                Assert.Equal(length, line.Length);
            else
                Assert.Equal(sequence.Start, reader.Consumed);
            reader.Dispose();
        }
    }

    [Fact]
    public void Returns_the_lines_before_one_that_is_too_long_and_stays_there()
    {
        var bytes = "PING\nLIST\nway too long\nPING\n"u8.ToArray();
        foreach (var sequence in Segmentation.Every(bytes))
        {
            var reader = new LineReader(sequence, maxLineBytes: 4);
            Assert.Equal(LineStatus.Line, reader.TryRead(out _));
            Assert.Equal(LineStatus.Line, reader.TryRead(out _));
            Assert.Equal(LineStatus.TooLong, reader.TryRead(out _));
            Assert.Equal(LineStatus.TooLong, reader.TryRead(out var line));
            Assert.True(line.IsEmpty);
            Assert.Equal(10, sequence.GetOffset(reader.Consumed));
            reader.Dispose();
        }
    }

    [Fact]
    public void Leaves_a_line_that_lies_in_one_segment_where_it_is()
    {
        var bytes = "PING\r\nLIST\n"u8.ToArray();
        var reader = new LineReader(new ReadOnlySequence<byte>(bytes), Limit);

        reader.TryRead(out var ping);
        reader.TryRead(out var list);

        Assert.True(ping.Overlaps(bytes, out var pingOffset));
        Assert.Equal(0, pingOffset);
        Assert.True(list.Overlaps(bytes, out var listOffset));
        Assert.Equal(-6, listOffset);
        reader.Dispose();
    }

    [Fact]
    public void Can_be_disposed_twice_and_without_having_read()
    {
        var reader = new LineReader(Segmentation.Cut("PING\n"u8.ToArray(), 2), Limit);
        reader.Dispose();
        reader.TryRead(out _);
        reader.Dispose();
        reader.Dispose();
    }

    [Fact]
    public void Segments_change_nothing() =>
        Stream.SelectMany(bytes => Gen.Int[0, bytes.Length].Array[0, 12], (bytes, cuts) => (bytes, cuts)).Sample(
            sample => Reading.Of(Segmentation.Cut(sample.bytes, sample.cuts), SmallLimit) == Reading.Expected(sample.bytes, SmallLimit),
            iter: 20_000);

    [Fact]
    public void Arrival_piece_by_piece_changes_nothing() =>
        Stream.SelectMany(bytes => Gen.Int[0, bytes.Length].Array[0, 12], (bytes, arrivals) => (bytes, arrivals)).Sample(
            sample => Reading.OfArriving(sample.bytes, sample.arrivals, SmallLimit) == Reading.Expected(sample.bytes, SmallLimit),
            iter: 20_000);

    // Lines around a small limit, so that every ending of a line meets it often.
    private const int SmallLimit = 8;

    private static readonly Gen<byte[]> Stream =
        Gen.Frequency((6, Gen.Const((byte)'x')), (2, Gen.Const((byte)'\n')), (1, Gen.Const((byte)'\r')), (1, Gen.Byte)).Array[0, 80];
}
