namespace InternalChat.Server.Administration.Contract;

/// <summary>How a server fares.</summary>
/// <param name="State"><c>serving</c>, <c>draining</c> or <c>stopping</c>.</param>
/// <param name="Version">The program's.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="UptimeSeconds">Since then.</param>
/// <param name="Database">Full path of the file.</param>
/// <param name="Connections">In any phase.</param>
/// <param name="SessionsLive">Users who get their messages as they come.</param>
/// <param name="SessionsCatchingUp">Users who are brought what they have missed, or read slowly.</param>
/// <param name="QueuedOperations">Waiting for the writer.</param>
/// <param name="QueueCapacity">Of these so many may wait.</param>
/// <param name="MemoryBytes">Resident.</param>
internal sealed record ServerStatus(
    string State, string Version, int ProcessId, DateTime StartedAt, long UptimeSeconds, string Database, int Connections, int SessionsLive,
    int SessionsCatchingUp, int QueuedOperations, int QueueCapacity, long MemoryBytes);

/// <summary>Asks to say something to everybody.</summary>
internal sealed record NoticeRequest(string? Text);

/// <summary>How many were told.</summary>
internal sealed record NoticeReply(int Told);

/// <summary>What became of the settings.</summary>
/// <param name="Changed">In force from now on.</param>
/// <param name="AtRestart">Changed since the start, and not in force before a restart.</param>
internal sealed record ReloadReply(IReadOnlyList<ChangedSetting> Changed, IReadOnlyList<ChangedSetting> AtRestart);

/// <summary>A setting that says something else than before.</summary>
/// <param name="Setting">Its name.</param>
/// <param name="Before">Null where nothing was said, as in the next.</param>
/// <param name="After">What is said now.</param>
/// <param name="Source">Where it is said.</param>
internal sealed record ChangedSetting(string Setting, string? Before, string? After, string Source);

/// <summary>From which level on lines are logged: <c>trace</c> to <c>critical</c>.</summary>
internal sealed record LogLevelMessage(string? Level);

/// <summary>Asks to empty the server and stop it.</summary>
/// <param name="OverSeconds">How long that takes; 0 for at once.</param>
internal sealed record DrainRequest(double? OverSeconds);

/// <summary>The drain has begun.</summary>
internal sealed record DrainReply(int Connections, double OverSeconds);

/// <summary>Why something was not done.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">One sentence for people.</param>
internal sealed record ErrorReply(string Code, string Message);
