using BenchmarkDotNet.Running;

namespace InternalChat.Benchmarks.Tests;

/// <summary>Alone, because the runtime counts allocations of the whole process.</summary>
[CollectionDefinition(nameof(AllocationBudgetTests), DisableParallelization = true)]
[Collection(nameof(AllocationBudgetTests))]
public sealed class AllocationBudgetTests
{
    private static readonly Dictionary<string, BenchmarkCase> Benchmarks = BenchmarkSuites.Cases.ToDictionary(BenchmarkSuites.NameOf);

    public static TheoryData<string> Budgeted => new(AllocationBudgets.All.Keys.Where(Benchmarks.ContainsKey));

    [Theory]
    [MemberData(nameof(Budgeted))]
    public void A_benchmark_keeps_to_its_budget(string name)
    {
        using var run = new BenchmarkRun(Benchmarks[name]);
        Assert.False(run.IsSetUpEachTime, "What a setup before each invocation allocates cannot be told from the benchmark's own.");
        var violation = AllocationBudgets.Violation(name, run.Invoke, run.Operations, AllocationBudgets.All[name]);
        // Says it whole.
        Assert.True(violation is null, violation);
    }

    [Fact]
    public void Every_budget_is_of_a_benchmark_that_exists() =>
        Assert.Empty(AllocationBudgets.All.Keys.Except(Benchmarks.Keys));

    [Fact]
    public void Every_path_of_a_message_has_a_budget() =>
        Assert.Empty(Benchmarks
            .Where(static benchmark => IsOnTheWay(benchmark.Value))
            .Select(static benchmark => benchmark.Key)
            .Except(AllocationBudgets.All.Keys));

    /// <summary>Whether it measures the product, not a rival, between the socket and the log.</summary>
    private static bool IsOnTheWay(BenchmarkCase benchmark)
    {
        var suite = benchmark.Descriptor.Type.Name;
        var method = benchmark.Descriptor.WorkloadMethod.Name;
        return (suite, method) is
            ("FramingBenchmarks", "LineReader") or ("CommandParsingBenchmarks", "Parse") or ("FrameWritingBenchmarks", "Write")
            or ("NameLookUpBenchmarks", "Engine") or ("RateLimitBenchmarks", "UserSessions") or ("BatchBenchmarks", "SingleWriter")
            or ("MessageFanOutBenchmarks", "FlushOnce") or ("PingBenchmarks" or "MessageBenchmarks", "Engine")
            or ("LoopbackPingBenchmarks" or "LoopbackMessageBenchmarks", "Server");
    }
}
