namespace InternalChat.Storage;

/// <summary>
/// Where a reader stands in a mailbox: made by <see cref="LogReader.StartMailboxWalk"/>, moved on by <see cref="LogReader.NextPending"/>,
/// of the same reader or another one of the same database; one thread at a time.
/// <para>
/// The chain leads back from the newest message and a mailbox is read from the oldest, so the start goes through all of it once and keeps
/// one id in 1,024. Each such segment is walked again when its turn comes. A backlog of a million messages takes 16 KiB here.
/// </para>
/// </summary>
public sealed class MailboxWalk
{
    internal const int SegmentLength = 1_024;

    private readonly List<long> _segments = [];
    private readonly List<long> _descending = [];

    internal MailboxWalk(long after) => After = after;

    /// <summary>Messages up to this id are not part of the walk.</summary>
    internal long After { get; }

    internal bool IsSegmentRead => _descending.Count == 0;

    /// <summary>The newest message of the oldest segment that was not walked again yet.</summary>
    internal long? NextSegment => _segments.Count > 0 ? _segments[^1] : null;

    /// <summary>Takes the next older message of the first pass. What is held at its end is the oldest segment, ready to be read.</summary>
    internal void AddFromNewest(long messageId)
    {
        if (_descending.Count == SegmentLength)
        {
            _segments.Add(_descending[0]);
            _descending.Clear();
        }

        _descending.Add(messageId);
    }

    internal void BeginSegment() => _descending.Clear();

    internal void AddToSegment(ReadOnlySpan<long> descending) => _descending.AddRange(descending);

    internal void EndSegment() => _segments.RemoveAt(_segments.Count - 1);

    /// <summary>Hands out ids of the segment at hand, oldest first.</summary>
    internal int Read(Span<long> ascending)
    {
        var count = Math.Min(ascending.Length, _descending.Count);
        for (var i = 0; i < count; i++)
            ascending[i] = _descending[_descending.Count - 1 - i];
        _descending.RemoveRange(_descending.Count - count, count);
        return count;
    }
}
