using System.Text.Json.Serialization;
using HdrHistogram;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Report;

/// <summary>
/// What a run of any scenario found. Programs read it as JSON with the names of these properties in snake case, and of
/// <see cref="LatencyKinds"/>, <see cref="Counters"/> and the checks: names are added, not changed. Latencies are in microseconds.
/// </summary>
internal sealed record RunReport
{
    public required string Scenario { get; init; }

    /// <summary>For people: what the load was.</summary>
    public required string Load { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long the measured time was in the end.</summary>
    public required double MeasuredSeconds { get; init; }

    /// <summary>By <see cref="Counters"/>, a second over the measured time.</summary>
    public required IReadOnlyDictionary<string, double> Rates { get; init; }

    /// <summary>By <see cref="LatencyKinds"/>; kinds without any are left out.</summary>
    public required IReadOnlyDictionary<string, LatencyReport> Latencies { get; init; }

    /// <summary>Proof of work, over the whole run.</summary>
    public required IReadOnlyList<Check> Checks { get; init; }

    /// <summary>Over all open loops; null where nothing was due.</summary>
    public required ScheduleReport? Schedule { get; init; }

    /// <summary>Empty where the rate does not change.</summary>
    public required IReadOnlyList<StageReport> Stages { get; init; }

    public required ProcessorReport Processor { get; init; }

    /// <summary>Warm-up and measured time, about a second each.</summary>
    public required IReadOnlyList<SeriesPoint> Series { get; init; }

    /// <summary>What went wrong, by name or sentence.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>ERRORs that the scenario provokes.</summary>
    public required IReadOnlyDictionary<string, long> ExpectedErrors { get; init; }

    /// <summary>What was asked of this run, and whether it was so; of the <see cref="IRunJudge"/>s.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; init; } = [];

    /// <summary>The latency that this run is about, by name; null where it has none.</summary>
    internal string? MainLatency => MainLatencies.Select(LatencyKinds.Name).FirstOrDefault(Latencies.ContainsKey);

    /// <summary>What users wait for first; a login stands behind what it makes possible.</summary>
    private static IReadOnlyList<LatencyKind> MainLatencies { get; } =
    [
        LatencyKind.FromEndToEnd, LatencyKind.Delivered, LatencyKind.Queued, LatencyKind.History, LatencyKind.List, LatencyKind.Pong,
        LatencyKind.Presence, LatencyKind.Login, LatencyKind.Quit, LatencyKind.TlsHandshake, LatencyKind.Connect, LatencyKind.Read,
    ];

    /// <summary>A sentence for each reason why this run proves nothing, or was not what was asked for.</summary>
    public IEnumerable<string> Failures => Verdicts.Where(verdict => !verdict.IsPassed).Select(verdict => verdict.Sentence);

    public bool IsClean => Verdicts.All(verdict => verdict.IsPassed);
}

/// <summary>Latencies of one kind; what the two are is said at <see cref="LatencyHistogram"/>.</summary>
/// <param name="raw">In microseconds.</param>
/// <param name="corrected">In microseconds.</param>
internal sealed class LatencyReport(HistogramBase raw, HistogramBase corrected)
{
    public LatencySummary Raw { get; } = LatencySummary.Of(raw);

    public LatencySummary Corrected { get; } = LatencySummary.Of(corrected);

    /// <summary>In microseconds.</summary>
    [JsonIgnore]
    public HistogramBase RawHistogram { get; } = raw;

    /// <summary>In microseconds.</summary>
    [JsonIgnore]
    public HistogramBase CorrectedHistogram { get; } = corrected;
}

/// <summary>What a <see cref="Check"/>'s count has to be.</summary>
internal enum CheckRule
{
    Information,
    MustBeZero,
    MustNotBeZero,
}

/// <summary>One thing that a scenario has counted as proof of its work.</summary>
/// <param name="Name">In snake case; programs rely on it.</param>
/// <param name="Count">How many there were.</param>
/// <param name="Rule">What the count has to be.</param>
internal sealed record Check(string Name, long Count, CheckRule Rule)
{
    public bool IsPassed => Rule switch
    {
        CheckRule.MustBeZero => Count == 0,
        CheckRule.MustNotBeZero => Count != 0,
        _ => true,
    };
}

/// <summary>A stage of an open loop.</summary>
internal sealed record StageReport
{
    /// <summary>Its number, from 1.</summary>
    public required string Name { get; init; }

    /// <summary>When it began, from the begin of the measured time.</summary>
    public required double FromSeconds { get; init; }

    /// <summary>How long it was in the end.</summary>
    public required double Seconds { get; init; }

    /// <summary>What was to be sent, a second.</summary>
    public required double RateAsked { get; init; }

    /// <summary>What was sent, a second, whenever it was due.</summary>
    public required double RateReached { get; init; }

    /// <summary>Of what was due in this stage; null where nothing was.</summary>
    public required ScheduleReport? Schedule { get; init; }

    /// <summary>As the whole run's, of what was due in this stage.</summary>
    public required IReadOnlyDictionary<string, LatencyReport> Latencies { get; init; }
}

/// <summary>How well an open loop kept to its schedule.</summary>
/// <param name="Due">Sends that were due in the measured time.</param>
/// <param name="Behind">How many of them were sent later than the tolerance.</param>
/// <param name="NeverSent">How many of them could not be sent.</param>
/// <param name="WorstDelayMilliseconds">Of those that were sent.</param>
/// <param name="ToleranceMilliseconds">A send later than this fell behind.</param>
internal sealed record ScheduleReport(long Due, long Behind, long NeverSent, double WorstDelayMilliseconds, double ToleranceMilliseconds)
{
    private const double MaxShareBehind = 0.01;

    /// <summary>Whether the load was the one asked for: all sent, and no more than a hundredth behind.</summary>
    public bool IsKeptUp => NeverSent == 0 && Behind <= Due * MaxShareBehind;
}

/// <summary>Processor time over the measured time.</summary>
/// <param name="Unit">Counter of what the times are for.</param>
/// <param name="OwnCores">Cores that this tool used on average.</param>
/// <param name="OwnMicrosecondsPerUnit">This tool's CPU for each; null where there was none.</param>
/// <param name="ServerCores">Null where the server is not watched or gone, as the next two.</param>
/// <param name="ServerMicrosecondsPerUnit">The server's CPU for each.</param>
/// <param name="ServerMemoryBytes">Resident set of the server at the end of the measured time.</param>
internal sealed record ProcessorReport(
    string Unit,
    double OwnCores,
    double? OwnMicrosecondsPerUnit,
    double? ServerCores,
    double? ServerMicrosecondsPerUnit,
    long? ServerMemoryBytes);

/// <summary>About one second of a run.</summary>
/// <param name="Seconds">End of this piece of time, from the begin of the measured time; negative in the warm-up.</param>
/// <param name="Rates">By <see cref="Counters"/>, a second.</param>
/// <param name="RateAsked">What the open loop was to send; null where the rate does not change.</param>
/// <param name="Connections">Open at the end of this piece.</param>
/// <param name="Latencies">Corrected, by <see cref="LatencyKinds"/>; kinds without any, and the warm-up's, are left out.</param>
/// <param name="OwnCores">Cores that this tool used.</param>
/// <param name="ServerCores">Null where the server is not watched or gone, as the next.</param>
/// <param name="ServerMemoryBytes">Resident set of the server.</param>
internal sealed record SeriesPoint(
    double Seconds,
    IReadOnlyDictionary<string, double> Rates,
    double? RateAsked,
    long Connections,
    IReadOnlyDictionary<string, LatencySummary> Latencies,
    double OwnCores,
    double? ServerCores,
    long? ServerMemoryBytes);
