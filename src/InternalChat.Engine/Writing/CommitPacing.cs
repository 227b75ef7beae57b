using InternalChat.Engine.Operations;

namespace InternalChat.Engine.Writing;

/// <summary>
/// Tells the writer when to let operations gather for a moment before it commits the next batch. A commit costs about the same for one
/// message as for ten: where thousands of senders each send now and then, gathering saves half of the processor's time for a delay of a
/// millisecond. Whoever waits for its answer before it sends again would only be slowed down, so where such senders have more than
/// a small share nothing is gathered, and neither is it where commits are few.
/// </summary>
/// <remarks>
/// Judged about ten times a second from what has come since the last time. A sender counts as waiting for answers where it was answered
/// shortly before; one that was not answered for longer sends at its own pace. The writer's thread only; allocates nothing.
/// </remarks>
internal sealed class CommitPacing(TimeProvider time)
{
    /// <summary>Most of what the saving is, for a delay that people and their networks do not notice.</summary>
    public static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(1);

    private const int OperationsPerSecondToGather = 2_000;
    private const int OneWaitingSenderIn = 16;
    private static readonly TimeSpan JudgementInterval = TimeSpan.FromMilliseconds(100);

    // Ten times what gathering adds: whoever is slower than that between answer and message loses little by it.
    private static readonly TimeSpan ShortlyBefore = TimeSpan.FromMilliseconds(10);

    private long _judgedAt = time.GetTimestamp();
    private int _operations;
    private int _ofWaitingSenders;

    /// <summary>Whether the writer is to wait for <see cref="GatherTime"/> before it takes the next batch.</summary>
    public bool IsGathering { get; private set; }

    /// <summary>Takes note of a batch that was just published.</summary>
    public void Note(ReadOnlySpan<Operation> batch)
    {
        var now = time.GetTimestamp();
        foreach (ref readonly var operation in batch)
        {
            if (!operation.IsPipelined)
                continue;
            var sender = operation.Session.InFlight!;
            _operations++;
            if (time.GetElapsedTime(sender.AnsweredAt, now) < ShortlyBefore)
                _ofWaitingSenders++;
            sender.AnsweredAt = now;
        }

        var elapsed = time.GetElapsedTime(_judgedAt, now);
        if (elapsed < JudgementInterval)
            return;
        IsGathering = _operations >= OperationsPerSecondToGather * elapsed.TotalSeconds
            && _ofWaitingSenders * OneWaitingSenderIn <= _operations;
        _judgedAt = now;
        _operations = _ofWaitingSenders = 0;
    }
}
