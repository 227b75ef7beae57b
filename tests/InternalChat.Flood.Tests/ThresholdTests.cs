using InternalChat.Flood.Options;
using InternalChat.Flood.Report;
using InternalChat.Flood.Report.Thresholds;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>Against <see cref="SampleReport"/>: DELIVERED took 100 µs from the send and 300 µs from when it was due.</summary>
public sealed class ThresholdTests
{
    [Theory]
    [InlineData("p99<301us", true)]
    [InlineData("p99<300us", false)]
    [InlineData("p99<=300us", true)]
    [InlineData("p99.9>0.2ms", true)]
    [InlineData("p50>=0.0003s", true)]
    [InlineData("max=300µs", true)]
    [InlineData("mean>300us", false)]
    [InlineData("delivered.p99<=300us", true)]
    [InlineData("raw.delivered.p99<=100us", true)]
    [InlineData("raw.p99<100us", false)]
    [InlineData("count=1", true)]
    [InlineData("sent>99.5/s", true)]
    [InlineData("sent>=101/s", false)]
    [InlineData("acknowledged=1000", true)]
    [InlineData("lost=0", true)]
    [InlineData("lost>0", false)]
    [InlineData("errors=0", true)]
    [InlineData("server_cpu<3us", true)]
    [InlineData("server_cpu<2us", false)]
    [InlineData("server_cores<=0.25", true)]
    [InlineData("server_rss<1MiB", true)]
    [InlineData("server_rss<976KiB", false)]
    [InlineData("  p99  <  1 ms  ", true)]
    public void Judges_what_the_run_measured(string expression, bool isPassed)
    {
        var verdict = Parse(expression).Judge(SampleReport.Clean);
        Assert.True(verdict.IsPassed == isPassed, verdict.Sentence);
        Assert.StartsWith($"threshold {expression}: ", verdict.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("history.p99<5ms")]
    [InlineData("handed_over>0")]
    public void Fails_where_the_run_did_not_measure_it(string expression) =>
        Assert.Equal(
            Verdict.Failed($"threshold {expression}: this run has not measured it"), Parse(expression).Judge(SampleReport.Clean));

    [Theory]
    [InlineData("server_cpu<3us")]
    [InlineData("server_cores<1")]
    [InlineData("server_rss<1GiB")]
    public void Fails_where_the_server_was_not_watched(string expression)
    {
        var unwatched = SampleReport.Clean.Processor with
        {
            ServerCores = null,
            ServerMicrosecondsPerUnit = null,
            ServerMemoryBytes = null,
        };
        Assert.False(Parse(expression).Judge(SampleReport.Clean with { Processor = unwatched }).IsPassed);
    }

    [Fact]
    public void Has_one_verdict_for_each_threshold_in_their_order()
    {
        var verdicts = new ThresholdJudge([Parse("lost=0"), Parse("p99<1us")]).Judge(SampleReport.Clean).ToList();
        Assert.Equal([true, false], verdicts.Select(verdict => verdict.IsPassed));
        Assert.Equal("threshold p99<1us: delivered.p99 was 0.300 ms", verdicts[1].Sentence);
    }

    [Theory]
    [InlineData("p99")]
    [InlineData("p99<")]
    [InlineData("p99<5")]
    [InlineData("p99<5/s")]
    [InlineData("p99<-5ms")]
    [InlineData("p99=<5ms")]
    [InlineData("p101<5ms")]
    [InlineData("nothing.p99<5ms")]
    [InlineData("delivered.median<5ms")]
    [InlineData("count<5ms")]
    [InlineData("errors=0ms")]
    [InlineData("losst=0")]
    [InlineData("list_lost=0")]
    [InlineData("nothing>5/s")]
    [InlineData("server_rss<5MB")]
    [InlineData("p99<5ms and p50<1ms")]
    [InlineData("")]
    public async Task A_wrong_expression_is_one_line_and_wrong_usage(string expression)
    {
        using var errors = new StringWriter();
        Assert.Equal(ExitStatus.Usage, await FloodCommand.RunAsync(["message", "--threshold", expression], TextWriter.Null, errors));
        Assert.StartsWith(
            $"flood: --threshold: '{expression}' ", Assert.Single(errors.ToString().TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    private static Threshold Parse(string expression)
    {
        Assert.True(Threshold.TryParse(expression, out var threshold, out var problem), problem);
        return threshold;
    }
}
