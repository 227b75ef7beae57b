using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Running;
using InternalChat.Benchmarks.Protocol;

namespace InternalChat.Benchmarks.Tests;

/// <summary>The benchmarks of the assembly, as BenchmarkDotNet finds them.</summary>
internal static class BenchmarkSuites
{
    /// <summary>Classes that hold benchmarks.</summary>
    public static IReadOnlyList<Type> Types { get; } =
        [.. typeof(FramingBenchmarks).Assembly.GetTypes().Where(HasBenchmarks).OrderBy(static type => type.FullName)];

    /// <summary>Every benchmark with every combination of its parameters.</summary>
    public static IEnumerable<BenchmarkCase> Cases => Types.SelectMany(CasesOf);

    public static BenchmarkCase[] CasesOf(Type type) => BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases;

    /// <summary>As in BenchmarkDotNet's reports: namespace, class, method and parameters.</summary>
    public static string NameOf(BenchmarkCase benchmark) => FullNameProvider.GetBenchmarkName(benchmark);

    public static bool IsLarge(BenchmarkCase benchmark) => benchmark.Descriptor.HasCategory(Categories.Large);

    private static bool HasBenchmarks(Type type) =>
        !type.IsAbstract && type.GetMethods().Any(static method => method.IsDefined(typeof(BenchmarkAttribute), inherit: true));
}
