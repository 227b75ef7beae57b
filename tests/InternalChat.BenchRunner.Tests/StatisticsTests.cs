using Xunit;

namespace InternalChat.BenchRunner.Tests;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(new[] { 3.0 }, 3)]
    [InlineData(new[] { 9.0, 1, 2 }, 2)]
    [InlineData(new[] { 4.0, 1, 2, 100 }, 3)]
    public void The_median_is_the_middle_or_the_mean_of_the_two_there(double[] values, double median) =>
        Assert.Equal(median, Statistics.Median(values));

    [Fact]
    public void There_is_no_median_of_nothing() => Assert.Throws<ArgumentException>(() => Statistics.Median([]));

    [Fact]
    public void The_spread_is_the_greatest_over_the_least() => Assert.Equal(1.25, Statistics.Spread([100, 125, 110]));

    [Fact]
    public void One_value_has_no_spread() => Assert.Null(Statistics.Spread([100]));
}
