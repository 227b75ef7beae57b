using InternalChat.Storage.Sqlite.Heads;

namespace InternalChat.Storage.Sqlite.Reading;

/// <summary>The messages of a mailbox with ids in (after, through].</summary>
/// <remarks>
/// The chain leads back from the newest message and a mailbox is read from the oldest, so the first pass goes through all of it and keeps
/// one id in 1,024. Each such segment is walked again when its turn comes. A backlog of a million messages takes 16 KiB here.
/// </remarks>
internal sealed class MailboxIds(long accountId, long after, long through) : MessageCursor, IMessageIds
{
    private const int SegmentLength = 1_024;

    // About 2 ms of the first pass.
    private const int TransactionsInSlice = 8;

    private readonly List<long> _segments = [];
    private readonly List<long> _descending = [];
    private readonly long[] _ascending = new long[ChainReader.RowsPerTransaction];

    // The next older message of the first pass; null before it, and at or below the start after it.
    private long? _next;
    private int _found;
    private int _consumed;

    public ReadOnlySpan<long> Found => _ascending.AsSpan(_consumed, _found - _consumed);

    public bool MayHaveMore => !IsFirstPassDone || _segments.Count > 0 || _descending.Count > 0 || _consumed < _found;

    private bool IsFirstPassDone => _next is { } next && next <= after;

    public bool TryFind(ChainReader chains)
    {
        if (_consumed < _found)
            return true;
        if (!IsFirstPassDone)
            WalkBack(chains);
        if (!IsFirstPassDone)
            return false;
        if (_descending.Count == 0 && _segments.Count > 0)
            WalkSegmentAgain(chains);
        return HandOut();
    }

    public void Consume(int count) => _consumed += count;

    private void WalkBack(ChainReader chains)
    {
        Span<long> ids = stackalloc long[ChainReader.RowsPerTransaction];
        _next ??= chains.MailboxHead(accountId);
        for (var left = TransactionsInSlice; left > 0 && !IsFirstPassDone; left--)
        {
            // Moves on only when its ids are kept: after a failure the next call begins here.
            var next = _next.Value;
            foreach (var id in ids[..chains.WalkMailbox(ref next, after, ids)])
            {
                if (id <= through)
                    AddFromNewest(id);
            }

            _next = next;
        }
    }

    /// <summary>What is held when the first pass ends is the oldest segment, ready to be handed out.</summary>
    private void AddFromNewest(long messageId)
    {
        if (_descending.Count == SegmentLength)
        {
            _segments.Add(_descending[0]);
            _descending.Clear();
        }

        _descending.Add(messageId);
    }

    /// <summary>Walks the oldest segment that is left. Its messages may have been deleted: then it is shorter, or empty.</summary>
    private void WalkSegmentAgain(ChainReader chains)
    {
        Span<long> ids = stackalloc long[ChainReader.RowsPerTransaction];
        var next = _segments[^1];
        var left = SegmentLength;
        try
        {
            while (next > after && left > 0)
            {
                var count = chains.WalkMailbox(ref next, after, ids[..Math.Min(left, ids.Length)]);
                _descending.AddRange(ids[..count]);
                left -= count;
            }
        }
        catch (StorageException)
        {
            // The newest part of a segment is not to be handed out before the rest: the next call walks it again.
            _descending.Clear();
            throw;
        }

        _segments.RemoveAt(_segments.Count - 1);
    }

    private bool HandOut()
    {
        _consumed = 0;
        _found = Math.Min(_ascending.Length, _descending.Count);
        for (var i = 0; i < _found; i++)
            _ascending[i] = _descending[^(i + 1)];
        _descending.RemoveRange(_descending.Count - _found, _found);
        return _found > 0;
    }
}
