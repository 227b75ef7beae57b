namespace InternalChat.Storage.Sqlite.Removal;

/// <summary>
/// Finds where the log's old end ends, while the log is gone through from its oldest message on: at the place that fewest dates speak
/// against. Ids are given in the order of time and dates are not, for a clock may have been wrong for a while: a few messages dated too
/// late do not keep the many behind them, and a few dated too early do not take the many before them along. Where clocks were right, it is
/// the first message that is young enough.
/// </summary>
/// <param name="cutoff">What is dated before it is old.</param>
/// <param name="completed">
/// What was dated before it is gone already; a message that is dated so all the same says nothing, and goes with those around it.
/// </param>
/// <param name="latest">The same for what is dated after it, which is in the future.</param>
internal sealed class OldEnd(long cutoff, long? completed, long latest)
{
    /// <summary>How many messages behind the end are looked at: half as many misdated in a row are seen as that.</summary>
    public const int LookAhead = 16_384;

    private long _votes;
    private long _votesAtEnd;
    private long _messages;
    private long _undelivered;
    private int _seenBehind;

    public long Cutoff => cutoff;

    /// <summary>The last message that was looked at.</summary>
    public long Position { get; private set; }

    /// <summary>The last message that is old; 0 for none.</summary>
    public long Through { get; private set; }

    /// <summary>How many messages are old.</summary>
    public long Messages { get; private set; }

    /// <summary>How many of them nobody ever got.</summary>
    public long Undelivered { get; private set; }

    /// <summary>The first message behind the end that is dated young.</summary>
    public OldMessage? FirstYoung { get; private set; }

    /// <summary>Whether there are messages behind the end that are dated old.</summary>
    public bool HoldsBack { get; private set; }

    public bool IsFound => _seenBehind >= LookAhead;

    public void Start(long after) => Position = after;

    public void Add(in OldMessage message)
    {
        Position = message.Id;
        _seenBehind++;
        _messages += message.IsWiped ? 0 : 1;
        _undelivered += message is { IsWiped: false, IsUndelivered: true } ? 1 : 0;
        if (message.CreatedAt >= cutoff)
        {
            _votes -= message.CreatedAt <= latest ? 1 : 0;
            FirstYoung ??= message;
        }
        else if (!(message.CreatedAt < completed))
        {
            _votes++;
            HoldsBack = true;
        }

        if (_votes > _votesAtEnd)
            MoveEnd();
    }

    private void MoveEnd()
    {
        (_votesAtEnd, _seenBehind) = (_votes, 0);
        (Through, Messages, Undelivered) = (Position, _messages, _undelivered);
        (FirstYoung, HoldsBack) = (null, false);
    }
}

/// <summary>A row of the log, from its oldest on.</summary>
internal readonly record struct OldMessage(long Id, long CreatedAt, long SenderId, long RecipientId, bool IsUndelivered)
{
    /// <summary>Whether it is an empty row that holds a place.</summary>
    public bool IsWiped => SenderId <= 0;
}
