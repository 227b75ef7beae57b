using System.Diagnostics.Metrics;
using System.Text.Json;
using InternalChat.Protocol;
using InternalChat.Protocol.Versions;
using InternalChat.Storage.Diagnostics;

namespace InternalChat.Engine.Diagnostics;

/// <summary>
/// What the engine counts and measures, and the instruments that show it; docs/metrics.md says what each is for. Counting costs an
/// increment, also while nobody listens; durations are recorded once a batch or a login. No tag ever carries a name or an address.
/// </summary>
/// <remarks>
/// Members that say so are called by the writer's thread only and count in plain fields, which an observer reads whole, if a moment old.
/// All others may be called by any thread.
/// </remarks>
internal sealed class EngineMetrics
{
    private const string ErrorTag = "error.type";
    private const string OutcomeTag = "outcome";

    private static readonly ErrorCode[] AllErrors = [.. Enum.GetValues<ErrorCode>().Where(static code => code != ErrorCode.Unknown)];

    private static readonly ErrorCode[] MessageErrors =
    [
        ErrorCode.InvalidTarget, ErrorCode.MessageTooLong, ErrorCode.RateLimit, ErrorCode.UnknownTarget, ErrorCode.Blocked,
        ErrorCode.MailboxFull, ErrorCode.Storage,
    ];

    private static readonly ErrorCode[] LoginErrors =
    [
        ErrorCode.InvalidUsername, ErrorCode.WeakPassword, ErrorCode.AuthFailed, ErrorCode.AlreadyConnected, ErrorCode.Busy,
        ErrorCode.AuthThrottled, ErrorCode.Suspended, ErrorCode.Storage,
    ];

    private static readonly InstrumentAdvice<int> BatchSizes =
        new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024] };

    private readonly KindCounts<ErrorCode> _errors = new(ErrorTag, WireFormat.Word);
    private readonly KindCounts<ErrorCode> _refusedMessages = new(ErrorTag, WireFormat.Word);
    private readonly KindCounts<ErrorCode> _refusedLogins = new(ErrorTag, WireFormat.Word);
    private readonly Meter? _meter;
    private readonly Histogram<int>? _batchSize;
    private readonly Histogram<double>? _batchDuration;
    private readonly Histogram<double>? _hashDuration;
    private long _delivered;
    private long _queued;
    private long _caughtUp;
    private long _read;
    private long _authenticated;
    private long _registered;
    private long _delayedReadings;

    /// <param name="meter">Where the instruments appear; null for nowhere.</param>
    public EngineMetrics(Meter? meter = null)
    {
        _meter = meter;
        if (meter is null)
            return;
        meter.CreateObservableCounter("internalchat.messages", Messages, "{message}", "MSG commands by what became of them.");
        meter.CreateObservableCounter(
            "internalchat.message.caught_up", () => _caughtUp, "{message}",
            "Messages handed over from the log to users who had been away or slow.");
        meter.CreateObservableCounter("internalchat.message.read", () => _read, "{message}",
            "Messages that READ marked for the first time.");
        meter.CreateObservableCounter("internalchat.errors", () => _errors.Observe(AllErrors), "{error}", "ERROR lines sent, by code.");
        meter.CreateObservableCounter("internalchat.logins", Logins, "{login}", "AUTH commands by what became of them.");
        meter.CreateObservableCounter(
            "internalchat.reading.delayed", () => Volatile.Read(ref _delayedReadings), "{command}",
            "Commands, mostly HISTORY and LIST, that waited because their user had read as much as a user may.");
        _batchSize = meter.CreateHistogram(
            "internalchat.writer.batch.size", "{operation}", "Operations that the writer took at once.", tags: null, BatchSizes);
        _batchDuration = meter.CreateHistogram<double>(
            "internalchat.writer.batch.duration", "s", "From taking a batch to its last flush, its commit included.");
        _hashDuration = meter.CreateHistogram<double>(
            "internalchat.login.hash.duration", "s", "Time to hash one password, without waiting for a thread.");
    }

    /// <summary>A message was stored and pushed to its recipient; the writer's.</summary>
    public void MessageDelivered() => _delivered++;

    /// <summary>A message was stored for later; the writer's.</summary>
    public void MessageQueued() => _queued++;

    /// <summary>A MSG was refused.</summary>
    public void MessageRefused(ErrorCode code) => _refusedMessages.Add(code);

    /// <summary>Messages were handed over from the log; the writer's.</summary>
    public void MessagesCaughtUp(int count) => _caughtUp += count;

    /// <summary>A message was read for the first time; the writer's.</summary>
    public void MessageRead() => _read++;

    /// <summary>An ERROR line was sent.</summary>
    public void ErrorSent(ErrorCode code) => _errors.Add(code);

    /// <summary>A user came online; the writer's.</summary>
    public void LoggedIn(bool registered)
    {
        if (registered)
            _registered++;
        else
            _authenticated++;
    }

    /// <summary>A login was refused.</summary>
    public void LoginRefused(ErrorCode code) => _refusedLogins.Add(code);

    /// <summary>A password was hashed.</summary>
    public void PasswordHashed(TimeSpan duration) => _hashDuration.RecordWithoutFailures(duration.TotalSeconds);

    /// <summary>A command, mostly HISTORY or LIST, has to wait, for its user has read much lately.</summary>
    public void ReadingDelayed() => Interlocked.Increment(ref _delayedReadings);

    /// <summary>A batch has reached its end; the writer's.</summary>
    public void BatchProcessed(int operations, TimeSpan duration)
    {
        _batchSize.RecordWithoutFailures(operations);
        _batchDuration.RecordWithoutFailures(duration.TotalSeconds);
    }

    /// <summary>
    /// Adds a counter of something that happens for one of several reasons. The reasons are a type of the caller's, which this folder need
    /// not know.
    /// </summary>
    /// <param name="name">The instrument's name.</param>
    /// <param name="unit">What is counted.</param>
    /// <param name="description">What the counter says, for people.</param>
    /// <param name="reasons">Those that show from the start.</param>
    /// <returns>Where the owner counts.</returns>
    public KindCounts<TReason> AddCounter<TReason>(string name, string unit, string description, IReadOnlyList<TReason> reasons)
        where TReason : unmanaged, Enum
    {
        var counts = new KindCounts<TReason>(
            "reason", static reason => JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString()));
        _meter?.CreateObservableCounter(name, () => counts.Observe(reasons), unit, description);
        return counts;
    }

    private IEnumerable<Measurement<long>> Messages()
    {
        yield return new Measurement<long>(_delivered, Outcome("delivered"));
        yield return new Measurement<long>(_queued, Outcome("queued"));
        foreach (var refused in _refusedMessages.Observe(MessageErrors, Outcome("refused")))
            yield return refused;
    }

    private IEnumerable<Measurement<long>> Logins()
    {
        yield return new Measurement<long>(_authenticated, Outcome("authenticated"));
        yield return new Measurement<long>(_registered, Outcome("registered"));
        foreach (var refused in _refusedLogins.Observe(LoginErrors, Outcome("refused")))
            yield return refused;
    }

    private static KeyValuePair<string, object?> Outcome(string outcome) => new(OutcomeTag, outcome);
}
