namespace InternalChat.Server.Administration.Contract;

/// <summary>How the removal of old messages stands.</summary>
/// <param name="LimitSeconds">How old a message may become; null where retention is off, as in the next.</param>
/// <param name="Cutoff">What is dated before it is older than that now. UTC, as are all times.</param>
/// <param name="Permitted">What is dated before it may be removed; null as long as nothing was ever permitted.</param>
/// <param name="Waiting">What is too old and waits; null where nothing does.</param>
internal sealed record RetentionReply(long? LimitSeconds, DateTime? Cutoff, DateTime? Permitted, WaitingRetention? Waiting);

/// <summary>Messages that would go at once and wait, because the clock or the setting may be wrong.</summary>
/// <param name="Cutoff">What is dated before it would go.</param>
/// <param name="Messages">How many that were when they were counted.</param>
/// <param name="Undelivered">How many of them nobody ever got.</param>
/// <param name="RemainingSeconds">So long the server has to run until they go.</param>
internal sealed record WaitingRetention(DateTime Cutoff, long Messages, long Undelivered, long RemainingSeconds);

/// <summary>Confirms that messages go.</summary>
/// <param name="Cutoff">Those that are dated before it.</param>
internal sealed record RetentionRequest(DateTimeOffset? Cutoff);
