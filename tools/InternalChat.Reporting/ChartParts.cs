namespace InternalChat.Reporting;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">From left to right.</param>
public sealed record ChartLine(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A bar of a chart.</summary>
/// <param name="Name">What stands at its left.</param>
/// <param name="Value">Its length, 0 or more.</param>
public sealed record ChartBar(string Name, double Value);

/// <summary>How values are laid out along an axis.</summary>
public enum AxisScale
{
    /// <summary>Evenly.</summary>
    Linear,

    /// <summary>Each factor of ten takes the same room; values are above 0.</summary>
    Logarithmic,

    /// <summary>For percentiles, 0 up to but not including 100: each further nine takes the same room.</summary>
    Percentile,
}

/// <summary>An axis of a chart.</summary>
/// <param name="Title">Its name and unit.</param>
/// <param name="Scale">How values are laid out.</param>
public sealed record ChartAxis(string Title, AxisScale Scale = AxisScale.Linear)
{
    /// <summary>Where the axis begins; at the least value where not given.</summary>
    public double? Minimum { get; init; }

    /// <summary>Free room past the greatest value, as a share of the axis.</summary>
    public double Padding { get; init; } = 0.02;

    internal bool CanShow(double value) => double.IsFinite(value) && Scale switch
    {
        AxisScale.Logarithmic => value > 0,
        AxisScale.Percentile => value is >= 0 and < 100,
        _ => true,
    };

    /// <summary>What the drawing library is given: a percentile becomes one of how many are above it.</summary>
    internal double Place(double value) => Scale == AxisScale.Percentile ? 100 / (100 - value) : value;
}
