using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace InternalChat.Flood.Report.Thresholds;

/// <summary>How a measured value is compared with the one that was asked for.</summary>
internal enum Comparison
{
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
}

/// <summary>One expression such as <c>p99&lt;5ms</c>: what is measured, how it is compared, and with what.</summary>
/// <param name="Expression">As the user typed it.</param>
/// <param name="Quantity">Finds the value in a report.</param>
/// <param name="Comparison">How the two are compared.</param>
/// <param name="Bound">In the unit of the quantity.</param>
/// <remarks>
/// <code>
/// threshold = quantity ("&lt;" | "&lt;=" | "&gt;" | "&gt;=" | "=") number [unit]
/// quantity  = ["raw."] [kind "."] ("pNN" | "max" | "mean" | "count")   latency; us, ms or s, count without unit
///           | counter                                                  a rate; unit /s
///           | check                                                    a count; no unit
///           | "errors"                                                 errors that were not expected; no unit
///           | "server_cpu" (us) | "server_cores" | "server_rss" (B, KiB, MiB, GiB)
/// </code>
/// </remarks>
internal sealed partial record Threshold(string Expression, IQuantity Quantity, Comparison Comparison, double Bound)
{
    private static readonly Dictionary<string, Comparison> Comparisons = new()
    {
        ["<"] = Comparison.Below,
        ["<="] = Comparison.AtMost,
        [">"] = Comparison.Above,
        [">="] = Comparison.AtLeast,
        ["="] = Comparison.Equal,
    };

    /// <summary>Reads an expression.</summary>
    /// <param name="expression">As the user typed it; spaces are allowed around the comparison.</param>
    /// <param name="threshold">Null where it is wrong.</param>
    /// <param name="problem">What is wrong, as the rest of a sentence; null where nothing is.</param>
    internal static bool TryParse(
        string expression, [NotNullWhen(true)] out Threshold? threshold, [NotNullWhen(false)] out string? problem)
    {
        threshold = null;
        var match = Form().Match(expression);
        if (!match.Success || !double.TryParse(match.Groups["number"].Value, CultureInfo.InvariantCulture, out var number))
        {
            problem = "is not of the form NAME<NUMBER[UNIT], with < <= > >= or =, such as p99<5ms or errors=0";
            return false;
        }

        var unit = match.Groups["unit"].Value;
        if (!Quantities.TryParse(match.Groups["name"].Value, unit, out var quantity, out problem))
            return false;
        if (!quantity.Units.TryGetValue(unit, out var factor))
        {
            var known = string.Join(", ", quantity.Units.Keys.Select(name => name.Length == 0 ? "none" : name));
            problem = $"has the wrong unit '{unit}': {known} would do";
            return false;
        }

        threshold = new Threshold(expression, quantity, Comparisons[match.Groups["comparison"].Value], number * factor);
        return true;
    }

    internal Verdict Judge(RunReport report)
    {
        if (Quantity.Measure(report) is not { } measured)
            return Verdict.Failed($"threshold {Expression}: this run has not measured it");
        return new Verdict($"threshold {Expression}: {measured.Name} was {measured.Text}", Holds(measured.Value));
    }

    private bool Holds(double value) => Comparison switch
    {
        Comparison.Below => value < Bound,
        Comparison.AtMost => value <= Bound,
        Comparison.Above => value > Bound,
        Comparison.AtLeast => value >= Bound,
        _ => value.Equals(Bound),
    };

    [GeneratedRegex(@"^\s*(?<name>[a-z0-9_.]+)\s*(?<comparison><=|>=|<|>|=)\s*(?<number>[0-9]+(\.[0-9]+)?)\s*(?<unit>[A-Za-zµ/]*)\s*$")]
    private static partial Regex Form();
}

/// <summary>What a run is judged by.</summary>
internal sealed class ThresholdJudge(IReadOnlyList<Threshold> thresholds) : IRunJudge
{
    public IEnumerable<Verdict> Judge(RunReport report) => thresholds.Select(threshold => threshold.Judge(report));
}
