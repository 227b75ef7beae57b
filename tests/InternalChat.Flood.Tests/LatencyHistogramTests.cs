using System.Diagnostics;
using InternalChat.Flood.Measurement;
using Xunit;

namespace InternalChat.Flood.Tests;

public sealed class LatencyHistogramTests
{
    private static readonly long Microsecond = Stopwatch.Frequency / 1_000_000;
    private static readonly long Millisecond = Stopwatch.Frequency / 1_000;
    private static readonly RunClock Clock = new(TimeSpan.Zero, TimeSpan.Zero);

    [Fact]
    public void A_closed_loop_has_the_same_twice()
    {
        var histogram = new LatencyHistogram(Clock);
        histogram.Add([Sample(100, 100), Sample(200, 200)]);
        var (raw, corrected) = Summaries(histogram);
        Assert.Equal(new LatencySummary(2, 100, 200, 200, 200, 200), raw);
        Assert.Equal(raw, corrected);
    }

    [Fact]
    public void An_open_loop_that_fell_behind_has_its_delay_in_corrected_only()
    {
        var histogram = new LatencyHistogram(Clock);
        histogram.Add([Sample(100, 100), Sample(100, 100)]);
        histogram.Add([Sample(100, 1_000)]);
        var (raw, corrected) = Summaries(histogram);
        Assert.Equal((3, 100), (raw.Count, raw.Max));
        Assert.Equal((3, 100, 1_000), (corrected.Count, corrected.P50, corrected.Max));
    }

    [Fact]
    public void What_was_due_in_each_stage_is_told_apart_whenever_it_was_answered()
    {
        using var clock = new RunClock(TimeSpan.Zero, TimeSpan.FromHours(1), TimeSpan.FromHours(2));
        clock.Begin();
        var histogram = new LatencyHistogram(clock);
        var second = clock.StageFrom(1);
        histogram.Add([new LatencySample(new SendTimes(second - 1, second - 1), second + (100 * Microsecond))]);
        histogram.Add([new LatencySample(new SendTimes(second, second), second + (200 * Microsecond))]);
        histogram.Add([new LatencySample(new SendTimes(second + 300, second), second + (400 * Microsecond))]);
        histogram.Add([new LatencySample(new SendTimes(clock.Start - 1, clock.Start - 1), clock.Start)]);
        Assert.Equal((1, 100), Stage(histogram, 0));
        Assert.Equal((2, 400), Stage(histogram, 1));
        Assert.Equal(4, Summaries(histogram).Raw.Count);
    }

    [Fact]
    public void What_was_asked_for_in_between_is_still_in_the_whole()
    {
        var histogram = new LatencyHistogram(Clock);
        histogram.Add([Sample(100, 100)]);
        Assert.Equal(1, histogram.TakeSinceAsked().Count);
        histogram.Add([Sample(200, 400)]);
        Assert.Equal((1, 400), (histogram.TakeSinceAsked() is var second ? second.Count : 0, second.Max));
        Assert.Equal(0, histogram.TakeSinceAsked().Count);
        histogram.Add([Sample(300, 300)]);
        var (raw, corrected) = Summaries(histogram);
        Assert.Equal((3, 200, 300), (raw.Count, raw.P50, raw.Max));
        Assert.Equal((3, 300, 400), (corrected.Count, corrected.P50, corrected.Max));
    }

    [Fact]
    public void A_recorder_of_many_holds_back_no_more_than_a_batch()
    {
        var latencies = new RunLatencies(Clock);
        var recorder = latencies.Recorder(LatencyKind.Pong);
        recorder.Record(0, 0, 1_000 * Millisecond);
        for (var i = 0; i < 1_000; i++)
            recorder.Record(1_000 * Millisecond, 1_000 * Millisecond, 1_001 * Millisecond);
        Assert.InRange(latencies.TakeSinceAsked()["pong"].Count, 900, 1_000);
        recorder.Flush();
        Assert.Equal(1_001, Summaries(latencies.Used()[0].Histogram).Raw.Count);
    }

    [Fact]
    public void A_recorder_of_few_holds_back_nothing()
    {
        var latencies = new RunLatencies(Clock);
        var recorder = latencies.Recorder(LatencyKind.Pong);
        for (var second = 1L; second <= 3; second++)
        {
            recorder.Record(0, 0, second * Stopwatch.Frequency);
            Assert.Equal(1, latencies.TakeSinceAsked()["pong"].Count);
        }
    }

    [Fact]
    public void Kinds_and_counters_have_each_their_own_name()
    {
        Assert.Equal(LatencyKinds.All.Count, LatencyKinds.All.Select(LatencyKinds.Name).Distinct().Count());
        Assert.Equal(LatencyKinds.All.Count, LatencyKinds.All.Select(LatencyKinds.Label).Distinct().Count());
        Assert.Equal(Counters.All.Count, Counters.All.Select(Counters.Name).Distinct().Count());
        Assert.Equal(
            ("from_end_to_end", "presence"),
            (LatencyKinds.Name(LatencyKind.FromEndToEnd), LatencyKinds.Name(LatencyKind.Presence)));
        Assert.Equal(("sent", "connections"), (Counters.Name(Counter.Sent), Counters.Name(Counter.Connections)));
    }

    private static LatencySample Sample(long raw, long corrected) => new(raw * Microsecond, corrected * Microsecond, IntendedAt: 0);

    private static (long Count, long Max) Stage(LatencyHistogram histogram, int stage) =>
        LatencySummary.Of(histogram.CopyOfStage(stage)!.Value.Corrected) is var summary ? (summary.Count, summary.Max) : default;

    private static (LatencySummary Raw, LatencySummary Corrected) Summaries(LatencyHistogram histogram)
    {
        var (raw, corrected) = histogram.Copy();
        return (LatencySummary.Of(raw), LatencySummary.Of(corrected));
    }
}
