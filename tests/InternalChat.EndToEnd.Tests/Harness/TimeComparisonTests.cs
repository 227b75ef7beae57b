using InternalChat.TestKit.Statistics;

namespace InternalChat.EndToEnd.Tests.Harness;

/// <summary>The comparison of times finds what differs, and nothing else, however the times spread.</summary>
public sealed class TimeComparisonTests
{
    [Theory]
    [InlineData(1, 1, 0.5)]
    [InlineData(2, 4, 0.6875)]
    [InlineData(0, 50, 1)]
    [InlineData(30, 30, 9.3132257e-10)]
    [InlineData(38, 40, 7.4669515e-10)]
    public void So_many_heads_or_more_are_as_likely_as_the_binomial_distribution_says(int heads, int tosses, double probability) =>
        Assert.Equal(probability, TimeComparison.ProbabilityOfHeads(heads, tosses), probability * 1e-7);

    [Fact]
    public async Task Times_that_spread_alike_are_alike()
    {
        var random = new Random(1);
        for (var seed = 0; seed < 500; seed++)
            Assert.Empty(await DifferencesAsync(seed, rounds: 40, tolerance: 0, _ => Spread(random)));
    }

    [Fact]
    public async Task A_machine_that_is_slow_for_a_while_makes_no_difference()
    {
        var random = new Random(2);
        var measured = 0;
        for (var seed = 0; seed < 100; seed++)
            Assert.Empty(await DifferencesAsync(seed, rounds: 40, tolerance: 0, _ => Spread(random) * (++measured % 97 < 30 ? 20 : 1)));
    }

    [Fact]
    public async Task What_is_within_the_tolerance_is_no_difference()
    {
        var random = new Random(3);
        for (var seed = 0; seed < 100; seed++)
        {
            Assert.Empty(await DifferencesAsync(
                seed, rounds: 1_000, tolerance: 0.03, name => name == "other" ? Spread(random) * 1.02 : Spread(random)));
        }
    }

    [Theory]
    [InlineData(40, 0.1, 4.0, "other: slower than first ")]
    [InlineData(40, 0.1, 0.2, "other: slower than first in 0 ")]
    [InlineData(1_000, 0.03, 1.2, "other: slower than first ")]
    [InlineData(1_000, 0.03, 0.8, "other: slower than first ")]
    public async Task A_difference_that_is_planted_is_found(int rounds, double tolerance, double factor, string difference)
    {
        var random = new Random(4);
        var found = await DifferencesAsync(
            seed: 5, rounds, tolerance, name => name == "other" ? Spread(random) * factor : Spread(random));
        Assert.StartsWith(difference, Assert.Single(found), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> DifferencesAsync(
        int seed, int rounds, double tolerance, Func<string, TimeSpan> measure)
    {
        var times = new TimeComparison(["first", "other", "same"], seed);
        while (times.Rounds < rounds)
            await times.RoundAsync(name => Task.FromResult(measure(name)));
        return times.Differences(tolerance);
    }

    /// <summary>Around 10 ms, and now and then much more, as times are.</summary>
    private static TimeSpan Spread(Random random) =>
        TimeSpan.FromMilliseconds((10 + random.NextDouble()) * (random.Next(20) == 0 ? 5 : 1));
}
