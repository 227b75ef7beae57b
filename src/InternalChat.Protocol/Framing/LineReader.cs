using System.Buffers;

namespace InternalChat.Protocol.Framing;

/// <summary>What <see cref="LineReader.TryRead"/> found.</summary>
public enum LineStatus
{
    /// <summary>A whole line.</summary>
    Line,

    /// <summary>No <c>\n</c> yet: read more.</summary>
    Incomplete,

    /// <summary>More bytes than the limit before a <c>\n</c>: the peer cannot be understood any more.</summary>
    TooLong,
}

/// <summary>
/// Cuts lines out of what a pipe has buffered. A line that lies in one segment is returned where it is; one that crosses segments is
/// copied to a pooled buffer, which the next call reuses and <see cref="Dispose"/> gives back.
/// </summary>
/// <remarks>
/// Synchronous and not thread-safe; a line is valid until the next call. The caller advances its pipe to <see cref="Consumed"/>, and
/// marks everything as examined only after <see cref="LineStatus.Incomplete"/>.
/// </remarks>
public ref struct LineReader
{
    private readonly int _maxLineBytes;
    private ReadOnlySequence<byte> _unread;
    private byte[]? _joined;

    /// <summary>Starts at the beginning of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">What was received and not consumed.</param>
    /// <param name="maxLineBytes">Longest legal line, in bytes before the <c>\n</c>.</param>
    public LineReader(in ReadOnlySequence<byte> buffer, int maxLineBytes)
    {
        _unread = buffer;
        _maxLineBytes = maxLineBytes;
    }

    /// <summary>The end of the last line returned, its <c>\n</c> included.</summary>
    public readonly SequencePosition Consumed => _unread.Start;

    /// <summary>Takes the next line, without its <c>\n</c> and one <c>\r</c> right before it.</summary>
    public LineStatus TryRead(out ReadOnlySpan<byte> line)
    {
        var first = _unread.FirstSpan;
        var length = first.IndexOf((byte)'\n');
        if (length >= 0)
        {
            if (length > _maxLineBytes)
            {
                line = default;
                return LineStatus.TooLong;
            }

            line = WithoutCarriageReturn(first[..length]);
            _unread = _unread.Slice(length + 1);
            return LineStatus.Line;
        }

        if (!_unread.IsSingleSegment)
            return TryReadAcrossSegments(out line);
        line = default;
        return first.Length > _maxLineBytes ? LineStatus.TooLong : LineStatus.Incomplete;
    }

    /// <summary>Gives the pooled buffer back; lines returned before are no longer valid.</summary>
    public void Dispose()
    {
        if (_joined is null)
            return;
        ArrayPool<byte>.Shared.Return(_joined);
        _joined = null;
    }

    private LineStatus TryReadAcrossSegments(out ReadOnlySpan<byte> line)
    {
        line = default;
        var end = _unread.PositionOf((byte)'\n');
        var candidate = end is { } position ? _unread.Slice(0, position) : _unread;
        if (candidate.Length > _maxLineBytes)
            return LineStatus.TooLong;
        if (end is not { } newLine)
            return LineStatus.Incomplete;

        _joined ??= ArrayPool<byte>.Shared.Rent(_maxLineBytes);
        var length = (int)candidate.Length;
        candidate.CopyTo(_joined);
        line = WithoutCarriageReturn(_joined.AsSpan(0, length));
        _unread = _unread.Slice(_unread.GetPosition(1, newLine));
        return LineStatus.Line;
    }

    private static ReadOnlySpan<byte> WithoutCarriageReturn(ReadOnlySpan<byte> line) =>
        line is [.. var text, (byte)'\r'] ? text : line;
}
