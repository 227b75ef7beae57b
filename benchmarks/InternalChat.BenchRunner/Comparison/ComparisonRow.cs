using InternalChat.BenchRunner.Scenarios;

namespace InternalChat.BenchRunner.Comparison;

/// <summary>What a pair of figures says.</summary>
internal enum Verdict
{
    /// <summary>No further apart than repeated measurements of the same code.</summary>
    WithinNoise,

    Better,
    Worse,

    /// <summary>Each was measured once: nobody knows what repeating gives.</summary>
    NoiseUnknown,
}

/// <summary>One figure of two runs.</summary>
/// <param name="Group">The scenario or suite.</param>
/// <param name="Name">The figure or benchmark, with its unit.</param>
/// <param name="Before">The middle of the first run's rounds.</param>
/// <param name="After">The middle of the second run's.</param>
/// <param name="Better">Which way is better.</param>
/// <param name="Noise">How far apart values of the same code are, as a factor from 1; null where each was measured once.</param>
internal sealed record ComparisonRow(string Group, string Name, double Before, double After, Direction Better, double? Noise)
{
    /// <summary>How many times the first the second is: 1 where both are 0, infinite where the first alone is.</summary>
    public double Ratio => (Before, After) switch
    {
        (0, 0) => 1,
        (0, _) => double.PositiveInfinity,
        _ => After / Before,
    };

    public Verdict Verdict
    {
        get
        {
            var factor = Ratio >= 1 ? Ratio : 1 / Ratio;
            if (factor == 1)
                return Verdict.WithinNoise;
            if (Noise is not { } noise)
                return Verdict.NoiseUnknown;
            if (factor <= noise)
                return Verdict.WithinNoise;
            return Ratio > 1 == (Better == Direction.More) ? Verdict.Better : Verdict.Worse;
        }
    }
}
