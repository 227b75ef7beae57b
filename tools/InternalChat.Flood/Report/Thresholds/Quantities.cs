using System.Diagnostics.CodeAnalysis;
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
