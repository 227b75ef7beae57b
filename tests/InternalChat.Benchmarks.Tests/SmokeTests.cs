namespace InternalChat.Benchmarks.Tests;

/// <summary>A suite that nobody has run lately still sets itself up, checks its own result and runs.</summary>
[Collection(nameof(AllocationBudgetTests))]
public sealed class SmokeTests
{
    public static TheoryData<Type> Suites =>
        new(BenchmarkSuites.Types.Where(static type => !BenchmarkSuites.CasesOf(type).Any(BenchmarkSuites.IsLarge)));

    [Theory]
    [MemberData(nameof(Suites))]
    public void A_suite_sets_itself_up_and_runs(Type suite)
    {
        // The last parameters of each method: with all of them it would take minutes.
        var benchmarks = BenchmarkSuites.CasesOf(suite).Reverse().DistinctBy(static benchmark => benchmark.Descriptor.WorkloadMethod);
        foreach (var benchmark in benchmarks)
        {
            using var run = new BenchmarkRun(benchmark);
            run.Invoke();
        }
    }

    [Fact]
    public void The_suites_are_found() =>
        Assert.Superset(
            new HashSet<string> { "Protocol", "Engine", "Outbound", "Connections", "Server", "Storage" },
            BenchmarkSuites.Types.Select(static type => type.Namespace!.Split('.')[^1]).ToHashSet());
}
