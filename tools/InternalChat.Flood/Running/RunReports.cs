using System.Diagnostics;
using HdrHistogram;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;

namespace InternalChat.Flood.Running;

/// <summary>From what a run has measured and a scenario has proved to a report.</summary>
internal static class RunReports
{
    /// <summary>All connections have ended and the sampler too.</summary>
    internal static RunReport Create(
        IScenario scenario,
        LoadRun run,
        RunSampler sampler,
        IReadOnlyList<Check> checks,
        DateTimeOffset startedAt,
        IEnumerable<IRunJudge> judges)
    {
        var last = sampler.Last ?? throw new InvalidOperationException("the sampler has not run");
        var first = sampler.First ?? last;
        var report = new RunReport
        {
            Scenario = scenario.Name,
            Load = scenario.Load,
            StartedAt = startedAt,
            MeasuredSeconds = run.Clock.Measured.TotalSeconds,
            Rates = last.RatesSince(first),
            Latencies = Latencies(run.Latencies, histogram => histogram.Copy()),
            Checks = [.. checks, new Check("connections_lost", run.ConnectionsLost, CheckRule.MustBeZero)],
            Schedule = Schedule(run.Schedule.Total),
            Stages = [.. Stages(run)],
            Processor = Processor(scenario.Unit, first, last),
            Series = sampler.Series,
            Errors = run.Errors.Unexpected(),
            ExpectedErrors = run.Errors.Expected(),
        };
        return report with { Verdicts = [.. judges.SelectMany(judge => judge.Judge(report))] };
    }

    /// <summary>Those that have begun.</summary>
    private static IEnumerable<StageReport> Stages(LoadRun run)
    {
        foreach (var (i, stage) in run.Stages.Index())
        {
            var (from, until) = (run.Clock.StageFrom(i), run.Clock.StageUntil(i));
            var seconds = Stopwatch.GetElapsedTime(from, until).TotalSeconds;
            if (seconds <= 0)
                yield break;
            var counts = run.StagedSchedule.Of(i);
            yield return new StageReport
            {
                Name = $"{i + 1}",
                FromSeconds = Stopwatch.GetElapsedTime(run.Clock.MeasuredFrom, from).TotalSeconds,
                Seconds = seconds,
                RateAsked = stage.PerSecond,
                RateReached = counts.Sent / seconds,
                Schedule = Schedule(counts),
                Latencies = Latencies(run.Latencies, histogram => histogram.CopyOfStage(i)),
            };
        }
    }

    /// <returns>Null where nothing was due.</returns>
    private static ScheduleReport? Schedule(in ScheduleCounts counts) => counts.Due == 0 ? null : new ScheduleReport(
        counts.Due, counts.Behind, counts.NeverSent, counts.WorstDelay.TotalMilliseconds, ScheduleTally.Tolerance.TotalMilliseconds);

    private static Dictionary<string, LatencyReport> Latencies(
        RunLatencies latencies, Func<LatencyHistogram, (HistogramBase Raw, HistogramBase Corrected)?> choose)
    {
        var reports = new Dictionary<string, LatencyReport>();
        foreach (var (kind, histogram) in latencies.Used())
        {
            if (choose(histogram) is ({ TotalCount: > 0 } raw, { } corrected))
                reports[LatencyKinds.Name(kind)] = new LatencyReport(raw, corrected);
        }

        return reports;
    }

    private static ProcessorReport Processor(Counter unit, in Sample first, in Sample last)
    {
        var own = last.Processor.OwnCoresSince(first.Processor);
        var server = last.Processor.ServerCoresSince(first.Processor);
        var rate = last.RatesSince(first)[Counters.Name(unit)];
        return new ProcessorReport(
            Counters.Name(unit),
            own,
            rate > 0 ? own / rate * 1e6 : null,
            server,
            rate > 0 ? server / rate * 1e6 : null,
            last.Processor.ServerMemoryBytes);
    }
}
