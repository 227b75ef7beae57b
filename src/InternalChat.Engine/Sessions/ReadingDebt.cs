using InternalChat.Engine.Options;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// What a user has read lately and time has not made up for yet. It may go past the limit, for what a command costs is known only when it
/// has been answered: then the next one waits the longer. Thread-safe; sixteen bytes, because every user has one.
/// </summary>
internal struct ReadingDebt
{
    private SpinLock _gate;
    private float _lines;
    private long _at;

    /// <summary>How long until the user may read again; zero for at once.</summary>
    /// <param name="limit">What is in force now; null for no limit.</param>
    /// <param name="time">The clock.</param>
    public TimeSpan Wait(ReadingLimit? limit, TimeProvider time)
    {
        if (limit is null)
            return TimeSpan.Zero;
        var excess = Add(0, limit, time) - limit.Lines;
        return excess > 0 ? excess / limit.Lines * limit.Window : TimeSpan.Zero;
    }

    /// <summary>Whether something is left that time has not made up for.</summary>
    public bool IsOwed(ReadingLimit? limit, TimeProvider time) => limit is not null && Add(0, limit, time) > 0;

    /// <summary>A line that was counted was none.</summary>
    public void TakeBackLine()
    {
        var isHeld = false;
        try
        {
            _gate.Enter(ref isHeld);
            _lines = Math.Max(0, _lines - 1);
        }
        finally
        {
            if (isHeld)
                _gate.Exit();
        }
    }

    /// <summary>The user has read so many lines.</summary>
    /// <returns>What it owes now.</returns>
    public double Add(int lines, ReadingLimit limit, TimeProvider time)
    {
        var isHeld = false;
        try
        {
            _gate.Enter(ref isHeld);
            var left = _lines == 0 ? 0 : Math.Max(0, _lines - (time.GetElapsedTime(_at) / limit.Window * limit.Lines));
            if (lines > 0)
                (_lines, _at) = ((float)(left + lines), time.GetTimestamp());
            return left + lines;
        }
        finally
        {
            if (isHeld)
                _gate.Exit();
        }
    }
}
