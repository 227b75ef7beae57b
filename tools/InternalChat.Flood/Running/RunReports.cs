using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Scenarios;

namespace InternalChat.Flood.Running;

/// <summary>From what a run has measured and a scenario has proved to a report.</summary>
internal static class RunReports
{
    /// <summary>All connections have ended and the sampler too.</summary>
    internal static RunReport Create(
        IScenario scenario, LoadRun run, RunSampler sampler, ScenarioResult result, DateTimeOffset startedAt, IEnumerable<IRunJudge> judges)
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
            Latencies = Latencies(run.Latencies),
            Checks = [.. result.Checks, new Check("connections_lost", run.ConnectionsLost, CheckRule.MustBeZero)],
            Schedule = result.Schedule,
            Processor = Processor(scenario.Unit, first, last),
            Series = sampler.Series,
            Errors = run.Errors.Unexpected(),
            ExpectedErrors = run.Errors.Expected(),
        };
        return report with { Verdicts = [.. judges.SelectMany(judge => judge.Judge(report))] };
    }

    private static Dictionary<string, LatencyReport> Latencies(RunLatencies latencies)
    {
        var reports = new Dictionary<string, LatencyReport>();
        foreach (var (kind, histogram) in latencies.Used())
        {
            var (raw, corrected) = histogram.Copy();
            if (raw.TotalCount > 0)
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
