namespace InternalChat.Flood.Report.Thresholds;

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
