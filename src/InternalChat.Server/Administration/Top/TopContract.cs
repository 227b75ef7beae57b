using System.Text.Json.Serialization;

namespace InternalChat.Server.Administration.Top;

/// <summary>What happened in a server during the last moment, as a line of <c>/v1/top</c>.</summary>
/// <param name="At">End of the moment, UTC.</param>
/// <param name="IntervalSeconds">Its length, over which rates are taken.</param>
/// <param name="State"><c>serving</c>, <c>draining</c> or <c>stopping</c>.</param>
/// <param name="DeliveredPerSecond">Messages pushed to their recipients.</param>
/// <param name="QueuedPerSecond">Messages stored for later.</param>
/// <param name="CaughtUpPerSecond">Messages handed over from the log.</param>
/// <param name="RefusedPerSecond">MSG commands that were refused.</param>
/// <param name="LoginsPerSecond">Users who came online.</param>
/// <param name="RefusedLoginsPerSecond">AUTH commands that were refused.</param>
/// <param name="ErrorsPerSecond">ERROR lines of any kind.</param>
/// <param name="Connections">In any phase.</param>
/// <param name="SessionsLive">Users who get their messages as they come.</param>
/// <param name="SessionsCatchingUp">Users who are brought what they have missed, or read slowly.</param>
/// <param name="QueuedOperations">Waiting for the writer.</param>
/// <param name="QueueCapacity">Of these so many may wait.</param>
/// <param name="BatchesPerSecond">Batches of the writer.</param>
/// <param name="OperationsPerBatch">Mean size of a batch.</param>
/// <param name="CommitMilliseconds">Time to make a batch durable.</param>
/// <param name="BatchMilliseconds">Time from taking a batch to its last flush.</param>
/// <param name="CpuPercent">Of one core.</param>
/// <param name="MemoryBytes">Resident.</param>
/// <param name="Users">The busiest users, each kind of busy.</param>
internal sealed record TopSample(
    DateTime At, double IntervalSeconds, string State,
    double DeliveredPerSecond, double QueuedPerSecond, double CaughtUpPerSecond, double RefusedPerSecond,
    double LoginsPerSecond, double RefusedLoginsPerSecond, double ErrorsPerSecond,
    int Connections, int SessionsLive, int SessionsCatchingUp, int QueuedOperations, int QueueCapacity,
    double BatchesPerSecond, double OperationsPerBatch, Percentiles CommitMilliseconds, Percentiles BatchMilliseconds,
    double CpuPercent, long MemoryBytes, IReadOnlyList<TopUser> Users);

/// <summary>
/// How long something took: half of it no longer than the first, 99 of 100 no longer than the second; 0 where there was none.
/// </summary>
internal sealed record Percentiles(double P50, double P99, double Max);

/// <summary>A busy user.</summary>
/// <param name="User">Its name.</param>
/// <param name="State"><c>live</c>, <c>catching_up</c> or <c>closing</c>.</param>
/// <param name="SentPerSecond">Messages of the user that were stored.</param>
/// <param name="ReceivedPerSecond">Messages that were sent to the user.</param>
/// <param name="WaitingBytes">For the user, not taken by its connection.</param>
internal sealed record TopUser(string User, string State, double SentPerSecond, double ReceivedPerSecond, long WaitingBytes);

/// <summary>The JSON of samples. Names are added and never changed within <c>/v1</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TopSample))]
internal sealed partial class TopJson : JsonSerializerContext;
