namespace InternalChat.Flood.Scenarios.Message;

/// <summary>Zipf's law: of <paramref name="count"/> things the one of rank k is chosen with a weight of 1/k^exponent. Any thread.</summary>
/// <param name="count">At least 1.</param>
/// <param name="exponent">0 for an even choice; about 1 for what people do.</param>
internal sealed class ZipfDistribution(int count, double exponent)
{
    private readonly double[] _cumulated = Cumulate(count, exponent);

    /// <summary>A rank, from 0.</summary>
    internal int Next(Random random)
    {
        var index = Array.BinarySearch(_cumulated, random.NextDouble() * _cumulated[^1]);
        return Math.Min(index < 0 ? ~index : index, _cumulated.Length - 1);
    }

    private static double[] Cumulate(int count, double exponent)
    {
        var sums = new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
            sums[i] = sum += Math.Pow(i + 1, -exponent);
        return sums;
    }
}
