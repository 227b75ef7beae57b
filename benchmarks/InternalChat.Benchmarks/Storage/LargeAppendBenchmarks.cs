using BenchmarkDotNet.Attributes;

namespace InternalChat.Benchmarks.Storage;

/// <summary>The same on a log of 5 million messages of 20,000 users with 20 contacts each.</summary>
[BenchmarkCategory(Categories.Large)]
public class LargeAppendBenchmarks : AppendBenchmarks
{
    [Params(5_000_000)]
    public override int RowsBefore { get; set; }
}
