using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Results;
using InternalChat.BenchRunner.Scenarios;

namespace InternalChat.BenchRunner.Tests;

/// <summary>Results as a run would leave them.</summary>
internal static class Example
{
    internal static readonly MachineQuiet Quiet = new(0, 0);

    internal static RunResult Run(params ScenarioResult[] scenarios) => new()
    {
        Started = new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero),
        Seconds = 60,
        Command = "flood",
        IsComplete = true,
        Host = new HostFacts
        {
            Processor = "P",
            Cores = 2,
            MemoryGibibytes = 8,
            OperatingSystem = "S",
            Kernel = "K",
            DotNet = ".NET",
            Commit = "abc",
            IsDirty = false,
            FileSystem = "ext4",
            SyncMillisecondsP50 = 0.2,
            SyncMillisecondsP99 = 0.5,
        },
        Machine = new MachineFacts(0, 0, 0),
        Micro = [],
        Scenarios = scenarios,
    };

    internal static ScenarioResult Scenario(string name, params FigureResult[] figures) => new()
    {
        Name = name,
        Title = name + " title",
        Status = ScenarioStatus.Measured,
        Reason = "",
        Server = "",
        Steps = ["flood message"],
        Figures = figures,
        Quiet = Quiet,
        Numbers = new Dictionary<string, double> { ["latencies.FROM end to end.p50"] = 100, ["latencies.FROM end to end.p99"] = 900 },
        Samples = [],
    };

    internal static FigureResult Figure(string name, Direction better, params double[] values) =>
        new() { Name = name, Unit = "/s", Better = better, Values = values, Limit = 100 };

    internal static MicroResult Micro(string name, double mean, double error, double? allocated) => new()
    {
        Suite = "Suite",
        Name = name,
        MeanNanoseconds = [mean],
        ErrorNanoseconds = error,
        AllocatedBytes = allocated,
    };
}
