using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Micro;
using InternalChat.BenchRunner.Results;
using InternalChat.BenchRunner.Scenarios;
using Xunit;

namespace InternalChat.BenchRunner.Tests;

public sealed class ReportReadingTests
{
    [Fact]
    public void Every_number_of_a_load_report_is_found_by_its_path()
    {
        var numbers = JsonNumbers.Read("""
            {
              "scenario": "message", "receivedPerSecond": 301234.5, "schedule": null, "isClean": true,
              "latencies": { "FROM end to end": { "count": 7, "p99": 900 } },
              "checks": [ { "name": "lost", "count": 0, "isPassed": true }, { "name": "sent", "count": 5 } ],
              "series": [ { "seconds": 1 }, 2 ]
            }
            """);

        Assert.Equal(
            new()
            {
                ["receivedPerSecond"] = 301234.5,
                ["latencies.FROM end to end.count"] = 7,
                ["latencies.FROM end to end.p99"] = 900,
                ["checks.lost.count"] = 0,
                ["checks.sent.count"] = 5,
            },
            numbers);
    }

    [Fact]
    public void A_scenarios_figures_are_scaled_judged_and_collected_over_the_rounds()
    {
        var scenario = Scenario("""
            { "name": "CPU", "unit": "µs", "from": "chat.cpu", "scale": 0.001, "noWorseThan": "redis.cpu" },
            { "name": "rate", "unit": "/s", "from": "chat.rate", "atLeast": 300 },
            { "name": "gone", "unit": "", "from": "chat.gone", "atMost": 1 }
            """);

        var result = ScenarioSummary.Create(
            scenario, [Round(cpu: 2_000, rate: 299), Round(cpu: 4_000, rate: 299), Round(cpu: 3_000, rate: 298)]);

        var (cpu, rate, gone) = (result.Figures[0], result.Figures[1], result.Figures[2]);
        Assert.Equal([2, 4, 3], cpu.Values);
        Assert.Equal((3, 5, true), (cpu.Value, cpu.Limit, cpu.IsReached));
        Assert.Equal((299, 300, false), (rate.Value, rate.Limit, rate.IsReached));
        Assert.Equal((null, null), (gone.Value, gone.IsReached));
    }

    [Fact]
    public void One_failed_round_makes_a_scenario_failed()
    {
        var failed = Round(cpu: 1, rate: 1) with { Status = ScenarioStatus.Failed, Reason = "3 lost" };

        var result = ScenarioSummary.Create(Scenario(""), [Round(cpu: 1, rate: 1), failed, Round(cpu: 1, rate: 1)]);

        Assert.Equal((ScenarioStatus.Failed, "3 lost"), (result.Status, result.Reason));
    }

    [Fact]
    public void Latency_curves_are_found_whatever_the_step_and_the_kind()
    {
        var curves = LatencyCurves.Read(new Dictionary<string, double>
        {
            ["chat.latencies.OK queued.corrected.p999"] = 4_000,
            ["chat.latencies.OK queued.corrected.p50"] = 500,
            ["chat.latencies.OK queued.corrected.count"] = 12,
            ["latencies.PONG.p50"] = 100,
            ["latencies.PONG.p99"] = 0,
            ["rate"] = 7,
        });

        Assert.Equal(["chat.OK queued.corrected", "PONG"], curves.Select(curve => curve.Name));
        Assert.Equal([(50, 0.5), (99.9, 4)], curves[0].Points);
        Assert.Equal([(50, 0.1)], curves[1].Points);
    }

    [Fact]
    public void BenchmarkDotNets_report_is_read_with_and_without_parameters_memory_and_interval()
    {
        var results = BenchmarkProgram.Read("""
            { "Benchmarks": [
              { "Type": "FramingBenchmarks", "Method": "LineReader", "Parameters": "Size=100",
                "Statistics": { "Mean": 12.5, "ConfidenceInterval": { "Margin": 0.5 } },
                "Memory": { "BytesAllocatedPerOperation": 24 } },
              { "Type": "FramingBenchmarks", "Method": "Once", "Parameters": "",
                "Statistics": { "Mean": 8, "ConfidenceInterval": { "Margin": "NaN" } } },
              { "Type": "FramingBenchmarks", "Method": "Failed", "Parameters": "", "Statistics": null }
            ] }
            """).ToList();

        Assert.Equal(["LineReader(Size=100)", "Once"], results.Select(result => result.Name));
        Assert.Equal([(0.5, 24), (0, null)], results.Select(result => (result.ErrorNanoseconds, result.AllocatedBytes)));
        Assert.Equal([12.5], results[0].MeanNanoseconds);
    }

    [Fact]
    public void Rounds_of_a_micro_benchmark_become_one_result()
    {
        var merged = Assert.Single(BenchmarkProgram.Merge([[Example.Micro("Parse", 10, 1, 0)], [Example.Micro("Parse", 12, 3, 0)]]));

        Assert.Equal([10, 12], merged.MeanNanoseconds);
        Assert.Equal(3, merged.ErrorNanoseconds);
    }

    private static ScenarioOutcome Round(double cpu, double rate) => new(
        ScenarioStatus.Measured,
        "",
        new Dictionary<string, double> { ["chat.cpu"] = cpu, ["redis.cpu"] = 5_000, ["chat.rate"] = rate },
        [],
        Example.Quiet);

    private static Scenario Scenario(string figures) => ScenarioFiles.Read($$"""
        { "scenarios": [ { "name": "one", "title": "One", "steps": [ { "flood": "message" } ], "figures": [ {{figures}} ] } ] }
        """).Single();
}
