using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Results;
using InternalChat.BenchRunner.Scenarios;

namespace InternalChat.BenchRunner.Comparison;

/// <summary>Puts what two runs have in common side by side.</summary>
internal static class RunComparison
{
    internal static IReadOnlyList<ComparisonRow> Compare(RunResult before, RunResult after) =>
        [.. Scenarios(before, after), .. Micro(before, after)];

    /// <summary>What makes two runs not comparable, a sentence each; empty for none.</summary>
    internal static IEnumerable<string> Differences(RunResult before, RunResult after)
    {
        foreach (var (first, second) in before.Host.Describe().Zip(after.Host.Describe()))
        {
            if (first.Name is "Processor" or "Memory" or "System" or "Runtime" or "Databases on" && first.Value != second.Value)
                yield return $"{first.Name} differs: {first.Value}; {second.Value}";
        }

        foreach (var scenario in before.Scenarios.Concat(after.Scenarios).Where(scenario => scenario.Quiet.IsNoisy))
            yield return $"{scenario.Name}: {Wording.Noise(scenario.Quiet)}";
    }

    private static IEnumerable<ComparisonRow> Scenarios(RunResult before, RunResult after) =>
        from first in before.Scenarios
        join second in after.Scenarios on first.Name equals second.Name
        where first.Status != ScenarioStatus.Failed && second.Status != ScenarioStatus.Failed
        from figure in first.Figures
        from other in second.Figures
        where figure.Name == other.Name && figure.Values.Count > 0 && other.Values.Count > 0
        select new ComparisonRow(
            first.Name,
            $"{figure.Name}{(figure.Unit.Length > 0 ? ", " + figure.Unit : "")}",
            Statistics.Median(figure.Values),
            Statistics.Median(other.Values),
            figure.Better,
            Together(Statistics.Spread(figure.Values), Statistics.Spread(other.Values)));

    private static IEnumerable<ComparisonRow> Micro(RunResult before, RunResult after) =>
        from first in before.Micro
        join second in after.Micro on (first.Suite, first.Name) equals (second.Suite, second.Name)
        from row in Micro(first, second)
        select row;

    private static IEnumerable<ComparisonRow> Micro(MicroResult first, MicroResult second)
    {
        yield return new ComparisonRow(
            first.Suite,
            first.Name + ", ns",
            Statistics.Median(first.MeanNanoseconds),
            Statistics.Median(second.MeanNanoseconds),
            Direction.Less,
            Together(Noise(first), Noise(second)));
        // Allocation does not vary with the machine's mood: any difference is one.
        if (first.AllocatedBytes is { } before && second.AllocatedBytes is { } after && before != after)
            yield return new ComparisonRow(first.Suite, first.Name + ", bytes allocated", before, after, Direction.Less, 1);
    }

    /// <summary>Rounds tell more than one round's own interval: noise that lasts longer than a round is not in the interval.</summary>
    private static double? Noise(MicroResult micro)
    {
        var spread = Statistics.Spread(micro.MeanNanoseconds);
        return spread is null && micro.ErrorNanoseconds == 0
            ? null
            : Math.Max(spread ?? 1, 1 + micro.ErrorNanoseconds / Statistics.Median(micro.MeanNanoseconds));
    }

    /// <summary>Both sides vary, and a few rounds show less of it than there is.</summary>
    private static double? Together(double? first, double? second) => first is { } one && second is { } two ? one * two : first ?? second;
}

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
/// <param name="Noise">How far apart values of the same code are, as a factor from 1; null if each was measured once.</param>
internal sealed record ComparisonRow(string Group, string Name, double Before, double After, Direction Better, double? Noise)
{
    /// <summary>How many times the first the second is: 1 if both are 0, infinite if only the first is.</summary>
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
