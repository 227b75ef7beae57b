using BenchmarkDotNet.Attributes;

namespace InternalChat.Benchmarks.Storage;

/// <summary>The same on logs whose indexes no longer fit into the writer's page cache.</summary>
[BenchmarkCategory(Categories.Large)]
public class LargeIndexBenchmarks : IndexBenchmarks
{
    [Params(1_000_000, 5_000_000)]
    public override int RowsBefore { get; set; }
}
