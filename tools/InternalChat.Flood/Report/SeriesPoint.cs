using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Report;

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
