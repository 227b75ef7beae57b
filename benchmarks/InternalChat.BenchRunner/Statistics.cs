namespace InternalChat.BenchRunner;

/// <summary>What a handful of repeated measurements says.</summary>
internal static class Statistics
{
    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    internal static double Median(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
            throw new ArgumentException("No values.", nameof(values));
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>
    /// How far apart values of the same thing are: the greatest over the least, 1 for no difference. Null if there is one value alone.
    /// </summary>
    internal static double? Spread(IReadOnlyCollection<double> values) =>
        values.Count < 2 || values.Min() <= 0 ? null : values.Max() / values.Min();
}
