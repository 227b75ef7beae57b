using HdrHistogram;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;

namespace InternalChat.Flood.Tests;

/// <summary>Reports of runs that never were.</summary>
internal static class SampleReport
{
    internal static RunReport Clean { get; } = new()
    {
        Scenario = "message",
        Load = "two pairs",
        StartedAt = DateTimeOffset.UnixEpoch,
        MeasuredSeconds = 10,
        Rates = new Dictionary<string, double> { ["sent"] = 100 },
        Latencies = new Dictionary<string, LatencyReport> { ["delivered"] = new(Histogram(100), Histogram(300)) },
        Checks = [new("acknowledged", 1_000, CheckRule.MustNotBeZero), new("lost", 0, CheckRule.MustBeZero)],
        Schedule = new ScheduleReport(1_000, 0, 0, 0.5, 1),
        Stages = [],
        Processor = new ProcessorReport("received", 0.5, 5, 0.25, 2.5, 1_000_000),
        Series =
        [
            new(
                1,
                new Dictionary<string, double> { ["sent"] = 100 },
                null,
                4,
                new Dictionary<string, LatencySummary>(),
                0.5,
                0.25,
                1_000_000),
        ],
        Errors = new Dictionary<string, long>(),
        ExpectedErrors = new Dictionary<string, long>(),
    };

    /// <summary>In the second of two stages the load was not kept up, and nothing was answered.</summary>
    internal static RunReport Staged { get; } = Clean with
    {
        Stages =
        [
            new StageReport
            {
                Name = "1",
                FromSeconds = 0,
                Seconds = 4,
                RateAsked = 1_000,
                RateReached = 1_000,
                Schedule = new ScheduleReport(4_000, 0, 0, 0.5, 1),
                Latencies = Clean.Latencies,
            },
            new StageReport
            {
                Name = "2",
                FromSeconds = 4,
                Seconds = 6,
                RateAsked = 2_000.5,
                RateReached = 1_500,
                Schedule = new ScheduleReport(12_003, 900, 7, 20, 1),
                Latencies = new Dictionary<string, LatencyReport>(),
            },
        ],
    };

    internal static RunReport With(Check check) => Clean with { Checks = [check] };

    internal static RunReport Of(ErrorTally errors) => Clean with { Errors = errors.Unexpected(), ExpectedErrors = errors.Expected() };

    private static LongHistogram Histogram(long value)
    {
        var histogram = new LongHistogram(1, 3_600_000_000, 3);
        histogram.RecordValue(value);
        return histogram;
    }
}
