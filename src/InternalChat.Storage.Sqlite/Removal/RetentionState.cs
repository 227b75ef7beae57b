namespace InternalChat.Storage.Sqlite.Removal;

/// <summary>
/// What retention remembers over restarts, and what it may do by it: nothing that cannot be undone is decided by the wall clock alone. A
/// cutoff (Unix seconds; what is dated before it goes) may follow the one before it by a day. One that is further ahead, because the clock
/// jumped, the limit was lowered, the server was off or has just been given a limit, waits until it was seen for 24 hours of running time,
/// or is confirmed.
/// </summary>
/// <param name="Permitted">What is dated before it may go; null as long as nothing was ever permitted.</param>
/// <param name="Completed">What was dated before it went; what is dated so all the same is misdated.</param>
/// <param name="WaitsFor">A cutoff that is not permitted yet; null for none.</param>
/// <param name="Waited">Running time for which it has waited.</param>
/// <param name="Behind">Running time for which the cutoff has been more than a day behind the one that is permitted.</param>
internal sealed record RetentionState(long? Permitted, long? Completed, long? WaitsFor, TimeSpan Waited, TimeSpan Behind)
{
    /// <summary>Running time, by a clock that nobody sets: also over restarts, but not while the machine is suspended.</summary>
    public static readonly TimeSpan WaitingTime = TimeSpan.FromHours(24);

    /// <summary>A day, and an hour because looks are as far apart.</summary>
    private const long Day = 25 * 3_600;

    public static RetentionState None { get; } = new(null, null, null, TimeSpan.Zero, TimeSpan.Zero);

    public bool IsWaiting => WaitsFor is not null;

    public TimeSpan Remaining => WaitingTime - Waited;

    /// <summary>Whether running time counts, so that it is to be noted often.</summary>
    public bool CountsTime => IsWaiting || Behind > TimeSpan.Zero;

    /// <summary>Takes notice of where the cutoff is now.</summary>
    /// <param name="cutoff">By the wall clock and the limit.</param>
    /// <param name="ran">Running time since the last look of this process; zero for the first.</param>
    public RetentionState Look(long cutoff, TimeSpan ran)
    {
        if (cutoff < Permitted - Day)
            return LookBehind(cutoff, ran);
        if (cutoff <= Permitted + Day)
            return Permit(cutoff);
        if (WaitsFor is not { } waitsFor || cutoff > waitsFor + Day)
            return this with { WaitsFor = cutoff, Waited = TimeSpan.Zero, Behind = TimeSpan.Zero };
        return Waited + ran >= WaitingTime
            ? Permit(cutoff)
            : this with { WaitsFor = Math.Max(waitsFor, cutoff), Waited = Waited + ran, Behind = TimeSpan.Zero };
    }

    /// <summary>An operator permits one cutoff, and none beyond it.</summary>
    public RetentionState Confirm(long cutoff) => cutoff < Permitted - Day ? this : Permit(Math.Max(cutoff, Permitted ?? cutoff));

    /// <summary>Everything that is dated before it is gone.</summary>
    public RetentionState Complete(long cutoff) => this with { Completed = Math.Max(cutoff, Completed ?? cutoff) };

    /// <summary>
    /// The clock was ahead for long enough to be believed, or the limit is longer now. After a day the cutoff is taken for what it is, or
    /// the next jump ahead would find everything permitted. Until then nothing changes: a clock that knows nothing of the year until the
    /// network is up must not end the waiting at each start.
    /// </summary>
    private RetentionState LookBehind(long cutoff, TimeSpan ran) => Behind + ran < WaitingTime
        ? this with { Behind = Behind + ran }
        : Permit(cutoff) with { Completed = Completed is { } completed ? Math.Min(completed, cutoff) : null };

    private RetentionState Permit(long cutoff) =>
        this with { Permitted = cutoff, WaitsFor = null, Waited = TimeSpan.Zero, Behind = TimeSpan.Zero };
}
