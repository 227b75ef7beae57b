using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using HdrHistogram;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Report.Thresholds;

/// <summary>The names that a <see cref="Threshold"/> may begin with, other than latencies.</summary>
internal static class Quantities
{
    private static readonly Dictionary<string, double> NoUnit = new() { [""] = 1 };
    private static readonly Dictionary<string, double> PerSecond = new() { ["/s"] = 1 };

    private static readonly Dictionary<string, double> Bytes = new()
    {
        ["B"] = 1,
        ["KiB"] = 1_024,
        ["MiB"] = 1_048_576,
        ["GiB"] = 1_073_741_824,
    };

    /// <param name="name">Of any quantity.</param>
    /// <param name="unit">Tells a rate from a count of the same name.</param>
    /// <param name="quantity">Null where the name cannot be one.</param>
    /// <param name="problem">As the rest of a sentence.</param>
    internal static bool TryParse(
        string name, string unit, [NotNullWhen(true)] out IQuantity? quantity, [NotNullWhen(false)] out string? problem)
    {
        if (LatencyQuantity.IsMeant(name))
            return LatencyQuantity.TryParse(name, out quantity, out problem);
        quantity = name switch
        {
            "errors" => new Quantity(NoUnit, report => Counted(name, report.Errors.Values.Sum())),
            "server_cpu" => new Quantity(LatencyQuantity.TimeUnits, ServerTime),
            "server_cores" => new Quantity(NoUnit, report => Measured(name, report.Processor.ServerCores, "0.00")),
            "server_rss" => new Quantity(Bytes, ServerMemory),
            _ when unit == "/s" => Rate(name),
            _ => CheckOf(name),
        };
        problem = quantity is not null ? null
            : unit == "/s" ? $"has no rate '{name}': there are {string.Join(", ", Counters.Growing.Select(Counters.Name))}"
            : $"has no check '{name}': there are errors, {string.Join(", ", CheckNames.All)}";
        return quantity is not null;
    }

    private static Quantity? CheckOf(string name) => CheckNames.All.Contains(name)
        ? new Quantity(NoUnit, report => report.Checks.FirstOrDefault(check => check.Name == name) is { } check
            ? Counted(name, check.Count)
            : null)
        : null;

    private static Quantity? Rate(string name) => Counters.Growing.Any(counter => Counters.Name(counter) == name)
        ? new Quantity(PerSecond, report => report.Rates.TryGetValue(name, out var rate)
            ? new MeasuredQuantity($"{name} rate", rate, $"{rate:#,0.##}/s")
            : null)
        : null;

    private static MeasuredQuantity? ServerTime(RunReport report) => report.Processor.ServerMicrosecondsPerUnit is { } time
        ? new MeasuredQuantity($"server CPU for each {Counters.One(report.Processor.Unit)}", time, $"{time:0.00} µs")
        : null;

    private static MeasuredQuantity? ServerMemory(RunReport report) => report.Processor.ServerMemoryBytes is { } memory
        ? new MeasuredQuantity("server_rss", memory, $"{memory / 1_048_576.0:0.0} MiB")
        : null;

    private static MeasuredQuantity? Measured(string name, double? value, string format) =>
        value is { } number ? new MeasuredQuantity(name, number, number.ToString(format)) : null;

    private static MeasuredQuantity Counted(string name, long count) => new(name, count, $"{count:N0}");

    private sealed record Quantity(IReadOnlyDictionary<string, double> Units, Func<RunReport, MeasuredQuantity?> Find) : IQuantity
    {
        public MeasuredQuantity? Measure(RunReport report) => Find(report);
    }
}

/// <summary>A number that a report may have.</summary>
internal interface IQuantity
{
    /// <summary>What users may write behind a number, and what such a number is multiplied by; "" for nothing.</summary>
    IReadOnlyDictionary<string, double> Units { get; }

    /// <returns>Null where the run has not measured it.</returns>
    MeasuredQuantity? Measure(RunReport report);
}

/// <summary>What was found.</summary>
/// <param name="Name">For people.</param>
/// <param name="Value">In the unit of the quantity.</param>
/// <param name="Text">The value and its unit, for people.</param>
internal readonly record struct MeasuredQuantity(string Name, double Value, string Text);

/// <summary>
/// A point of a latency distribution: <c>[raw.][kind.]metric</c>. Without a kind it is that of <see cref="RunReport.MainLatency"/>.
/// </summary>
internal sealed class LatencyQuantity : IQuantity
{
    private const string RawPrefix = "raw.";

    private static readonly Dictionary<string, double> NoUnit = new() { [""] = 1 };

    private readonly bool _isRaw;
    private readonly string? _kind;
    private readonly string _metric;
    private readonly double _percentile;

    private LatencyQuantity(bool isRaw, string? kind, string metric, double percentile) =>
        (_isRaw, _kind, _metric, _percentile) = (isRaw, kind, metric, percentile);

    /// <summary>To microseconds.</summary>
    internal static IReadOnlyDictionary<string, double> TimeUnits { get; } =
        new Dictionary<string, double> { ["us"] = 1, ["µs"] = 1, ["ms"] = 1_000, ["s"] = 1_000_000 };

    public IReadOnlyDictionary<string, double> Units => _metric == "count" ? NoUnit : TimeUnits;

    /// <summary>Whether a name is to be one of these, right or wrong.</summary>
    internal static bool IsMeant(string name) => name.Contains('.') || IsMetric(name, out _);

    internal static bool TryParse(string name, [NotNullWhen(true)] out IQuantity? quantity, [NotNullWhen(false)] out string? problem)
    {
        (quantity, problem) = (null, null);
        var isRaw = name.StartsWith(RawPrefix, StringComparison.Ordinal);
        var rest = isRaw ? name[RawPrefix.Length..] : name;
        var kind = LatencyKinds.All.Select(LatencyKinds.Name)
            .FirstOrDefault(known => rest.StartsWith(known + ".", StringComparison.Ordinal));
        var metric = kind is null ? rest : rest[(kind.Length + 1)..];
        if (!IsMetric(metric, out var percentile))
        {
            problem = $"has no latency '{rest}': write [raw.][kind.]metric, with pNN, max, mean or count for the metric and one of "
                + $"{string.Join(", ", LatencyKinds.All.Select(LatencyKinds.Name))} for the kind";
            return false;
        }

        quantity = new LatencyQuantity(isRaw, kind, metric, percentile);
        return true;
    }

    public MeasuredQuantity? Measure(RunReport report)
    {
        var kind = _kind ?? report.MainLatency;
        if (kind is null || !report.Latencies.TryGetValue(kind, out var latency))
            return null;
        var name = $"{(_isRaw ? RawPrefix : "")}{kind}.{_metric}";
        var histogram = _isRaw ? latency.RawHistogram : latency.CorrectedHistogram;
        if (_metric == "count")
            return new MeasuredQuantity(name, histogram.TotalCount, $"{histogram.TotalCount:N0}");
        var microseconds = Value(histogram);
        return new MeasuredQuantity(name, microseconds, $"{microseconds / 1e3:0.000} ms");
    }

    private double Value(HistogramBase histogram) => _metric switch
    {
        "max" => histogram.GetMaxValue(),
        "mean" => histogram.GetMean(),
        _ => histogram.GetValueAtPercentile(_percentile),
    };

    private static bool IsMetric(string name, out double percentile)
    {
        percentile = 0;
        return name is "max" or "mean" or "count"
            || (name is ['p', .. var digits]
                && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out percentile)
                && percentile is >= 0 and <= 100);
    }
}
