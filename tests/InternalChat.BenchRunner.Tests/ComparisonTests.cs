using InternalChat.BenchRunner.Comparison;
using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Scenarios;
using Xunit;

namespace InternalChat.BenchRunner.Tests;

public sealed class ComparisonTests
{
    [Theory]
    [InlineData(100, 200, 2)]
    [InlineData(200, 100, 0.5)]
    [InlineData(0, 0, 1)]
    [InlineData(0, 3, double.PositiveInfinity)]
    [InlineData(3, 0, 0)]
    public void The_ratio_is_how_many_times_the_first_the_second_is(double before, double after, double ratio) =>
        Assert.Equal(ratio, Row(before, after, 1).Ratio);

    [Theory]
    [InlineData(100, 105, 1.10, nameof(Verdict.WithinNoise))]
    [InlineData(100, 95, 1.10, nameof(Verdict.WithinNoise))]
    [InlineData(100, 120, 1.10, nameof(Verdict.Better))]
    [InlineData(100, 80, 1.10, nameof(Verdict.Worse))]
    [InlineData(100, 100, null, nameof(Verdict.WithinNoise))]
    [InlineData(100, 101, null, nameof(Verdict.NoiseUnknown))]
    public void A_ratio_within_the_noise_is_no_change(double before, double after, double? noise, string verdict) =>
        Assert.Equal(verdict, Row(before, after, noise).Verdict.ToString());

    [Fact]
    public void Where_less_is_better_a_greater_figure_is_worse() =>
        Assert.Equal(Verdict.Worse, (Row(100, 120, 1.1) with { Better = Direction.Less }).Verdict);

    [Fact]
    public void Runs_are_compared_by_the_middle_of_their_rounds_and_the_noise_is_the_spread_of_both()
    {
        var row = Assert.Single(RunComparison.Compare(
            Example.Run(Example.Scenario("saturate", Example.Figure("delivered", Direction.More, 100, 90, 110))),
            Example.Run(Example.Scenario("saturate", Example.Figure("delivered", Direction.More, 150, 156, 148)))));

        Assert.Equal((100, 150, 1.5), (row.Before, row.After, row.Ratio));
        Assert.Equal(110.0 / 90 * 156 / 148, row.Noise!.Value, precision: 10);
        Assert.Equal(Verdict.Better, row.Verdict);
    }

    [Fact]
    public void Only_what_both_runs_measured_is_compared() =>
        Assert.Equal(["both"], RunComparison.Compare(
            Example.Run(
                Example.Scenario("saturate", Example.Figure("both", Direction.More, 1), Example.Figure("first only", Direction.More, 1)),
                Example.Scenario("idle", Example.Figure("failed in the second", Direction.Less, 1)),
                Example.Scenario("first", Example.Figure("x", Direction.Less, 1))),
            Example.Run(
                Example.Scenario("saturate", Example.Figure("both", Direction.More, 1), Example.Figure("first only", Direction.More)),
                Example.Scenario("idle", Example.Figure("failed in the second", Direction.Less, 1)) with
                {
                    Status = ScenarioStatus.Failed,
                }))
            .Select(row => row.Name.Split(',')[0]));

    [Fact]
    public void The_noise_of_one_round_of_a_micro_benchmark_is_its_confidence_interval()
    {
        var row = Assert.Single(RunComparison.Compare(
            Example.Run() with { Micro = [Example.Micro("Parse", 100, error: 8, allocated: 32)] },
            Example.Run() with { Micro = [Example.Micro("Parse", 105, error: 0, allocated: 32)] }));

        Assert.Equal(1.08, row.Noise!.Value, precision: 10);
        Assert.Equal(Verdict.WithinNoise, row.Verdict);
    }

    [Fact]
    public void Any_difference_in_allocation_is_a_change() =>
        Assert.Contains(
            RunComparison.Compare(
                Example.Run() with { Micro = [Example.Micro("Parse", 100, error: 8, allocated: 0)] },
                Example.Run() with { Micro = [Example.Micro("Parse", 100, error: 8, allocated: 24)] }),
            row => row.Name.Contains("allocated") && row.Verdict == Verdict.Worse && double.IsInfinity(row.Ratio));

    [Fact]
    public void Hosts_that_differ_and_machines_that_were_not_quiet_are_named()
    {
        var noisy = Example.Scenario("saturate") with { Quiet = new MachineQuiet(35, 0) };
        var run = Example.Run(noisy);
        var other = run with { Host = run.Host with { Processor = "Q", Commit = "def" } };
        var remarks = RunComparison.Differences(Example.Run(), other).ToList();

        Assert.Equal(2, remarks.Count);
        Assert.Contains("Processor differs", remarks[0]);
        Assert.Contains("35 % busy", remarks[1]);
    }

    [Fact]
    public void The_table_is_aligned_and_says_what_each_ratio_is_worth()
    {
        var lines = ComparisonTable.Create("main", "HEAD", [Row(100, 120, 1.1), Row(0, 24, 1), Row(1, 2, null)], ["a remark"]).Split('\n');
        string[] table = [.. lines.Where(line => line.StartsWith('|'))];

        Assert.Single(table.Select(line => line.Length).Distinct());
        Assert.Contains("1.200", table[2]);
        Assert.Contains("±10.0 %", table[2]);
        Assert.Contains("∞", table[3]);
        Assert.Contains("noise unknown", table[4]);
        Assert.Contains("! a remark", lines);
    }

    private static ComparisonRow Row(double before, double after, double? noise) =>
        new("saturate", "delivered", before, after, Direction.More, noise);
}
