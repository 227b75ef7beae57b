using System.Text.RegularExpressions;
using InternalChat.Reporting;

namespace InternalChat.BenchRunner.Results;

/// <summary>Finds latency distributions among the numbers that load tools reported.</summary>
internal static partial class LatencyCurves
{
    private const double MicrosecondsPerMillisecond = 1_000;

    private static readonly Dictionary<string, double> Percentiles = new()
    {
        ["p50"] = 50,
        ["p90"] = 90,
        ["p99"] = 99,
        ["p999"] = 99.9,
        ["p9999"] = 99.99,
    };

    /// <returns>A line for each kind of which something was counted, in milliseconds.</returns>
    internal static IReadOnlyList<ChartLine> Read(IReadOnlyDictionary<string, double> numbers) =>
    [
        .. numbers.Select(number => (Match: LatencyPath().Match(number.Key), number.Value))
            .Where(found => found.Match.Success && found.Value > 0 && Percentiles.ContainsKey(found.Match.Groups["point"].Value))
            .GroupBy(found => found.Match.Groups["step"].Value + found.Match.Groups["kind"].Value)
            .Select(kind => new ChartLine(
                kind.Key,
                [
                    .. kind.Select(found => (Percentiles[found.Match.Groups["point"].Value], found.Value / MicrosecondsPerMillisecond))
                        .Order(),
                ])),
    ];

    [GeneratedRegex(@"^(?<step>(?:[^.]+\.)?)latencies\.(?<kind>.+)\.(?<point>p\d+)$", RegexOptions.CultureInvariant)]
    private static partial Regex LatencyPath();
}
