namespace InternalChat.Storage.Sqlite.Removal;

/// <summary>How the removal of old messages stands.</summary>
/// <param name="Limit">How old a message may become; null for any age.</param>
/// <param name="Cutoff">What is dated before it is too old, by the clock as it is now; null where there is no limit.</param>
/// <param name="Permitted">What is dated before it may be removed; null as long as nothing was ever permitted.</param>
/// <param name="Waiting">What is not permitted yet; null where nothing waits.</param>
public sealed record RetentionStatus(TimeSpan? Limit, DateTimeOffset? Cutoff, DateTimeOffset? Permitted, RetentionWait? Waiting);

/// <summary>
/// Messages that retention would remove and does not yet, because that is more than a day's worth beyond what was permitted before: the
/// clock may be wrong. They go after so much running time, or when an operator confirms it.
/// </summary>
/// <param name="Cutoff">What is dated before it would go.</param>
/// <param name="Messages">How many that were when the waiting began; 0 as long as it is not known.</param>
/// <param name="Undelivered">How many of them nobody ever got.</param>
/// <param name="Remaining">Running time until they go.</param>
public sealed record RetentionWait(DateTimeOffset Cutoff, long Messages, long Undelivered, TimeSpan Remaining);
