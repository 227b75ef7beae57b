using System.Buffers;
using System.Text;
using InternalChat.Protocol.Framing;

namespace InternalChat.Protocol.Tests.Framing;

/// <summary>
/// Everything that was read from some bytes: the lines, how it ended, and how many bytes were consumed. Lines are Latin-1 text, which
/// is the bytes one to one.
/// </summary>
internal sealed record Reading(string Lines, LineStatus End, long Consumed)
{
    /// <summary>Reads what lies there at once.</summary>
    public static Reading Of(ReadOnlySequence<byte> bytes, int maxLineBytes)
    {
        var lines = new StringBuilder();
        var reader = new LineReader(bytes, maxLineBytes);
        try
        {
            var end = ReadInto(ref reader, lines);
            return new Reading(lines.ToString(), end, bytes.GetOffset(reader.Consumed));
        }
        finally
        {
            reader.Dispose();
        }
    }

    /// <summary>Reads bytes that arrive piece by piece, a reader for each piece, as a connection does.</summary>
    public static Reading OfArriving(byte[] bytes, int[] arrivals, int maxLineBytes)
    {
        var lines = new StringBuilder();
        var end = LineStatus.Incomplete;
        var consumed = 0;
        foreach (var received in arrivals.Order().Append(bytes.Length))
        {
            // What is not consumed lies there in the pieces in which it came.
            var between = arrivals.Where(at => at > consumed && at < received).Select(at => at - consumed);
            var unread = Segmentation.Cut(bytes[consumed..received], [.. between]);
            var reader = new LineReader(unread, maxLineBytes);
            end = ReadInto(ref reader, lines);
            consumed += (int)unread.GetOffset(reader.Consumed);
            reader.Dispose();
            if (end == LineStatus.TooLong)
                break;
        }

        return new Reading(lines.ToString(), end, consumed);
    }

    /// <summary>The same by the contract's words, byte by byte.</summary>
    public static Reading Expected(byte[] bytes, int maxLineBytes)
    {
        var lines = new StringBuilder();
        var consumed = 0;
        while (true)
        {
            var length = bytes.AsSpan(consumed).IndexOf((byte)'\n');
            if ((length < 0 ? bytes.Length - consumed : length) > maxLineBytes)
                return new Reading(lines.ToString(), LineStatus.TooLong, consumed);
            if (length < 0)
                return new Reading(lines.ToString(), LineStatus.Incomplete, consumed);
            var text = Encoding.Latin1.GetString(bytes, consumed, length);
            Append(lines, text.EndsWith('\r') ? text[..^1] : text);
            consumed += length + 1;
        }
    }

    private static LineStatus ReadInto(ref LineReader reader, StringBuilder lines)
    {
        LineStatus status;
        while ((status = reader.TryRead(out var line)) == LineStatus.Line)
            Append(lines, Encoding.Latin1.GetString(line));
        return status;
    }

    private static void Append(StringBuilder lines, string line) => lines.Append('[').Append(line).Append(']').Append('\n');
}
