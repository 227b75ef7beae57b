using System.Text.Json;
using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Processes;
using InternalChat.BenchRunner.Results;

namespace InternalChat.BenchRunner.Micro;

/// <summary>Runs the BenchmarkDotNet suites of a working tree, and reads what they found.</summary>
internal sealed class BenchmarkProgram(Repository repository, string filter, IReadOnlyList<string> options)
{
    private readonly string[] _arguments =
        [repository.BenchmarkProgram, "--filter", filter.Contains('*') ? filter : $"*{filter}*", .. options];

    /// <summary>Whether the options only ask something, so that nothing is to be measured.</summary>
    internal bool AsksOnly => options.Any(option => option is "--list" or "--help" or "--version" or "--info");

    /// <summary>The names that the filter takes.</summary>
    /// <exception cref="UsageException">It takes none, or an option is wrong.</exception>
    internal async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var run = await ProgramOutput.OfAsync(DotNet.Program, [.. _arguments, "--list", "flat"], cancellationToken);
        string[] lines = [.. run.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        // Its complaints begin with the program's name and version.
        string[] names = [.. lines.Where(line => line.StartsWith("InternalChat.", StringComparison.Ordinal) && !line.Contains(' '))];
        if (names.Length > 0)
            return names;
        throw new UsageException(
            (run.Output + run.Error).Split('\n').FirstOrDefault(line => line.Contains("Option", StringComparison.Ordinal)) is { } complaint
                ? $"BenchmarkDotNet: {complaint.Trim()}"
                : $"no benchmark's name has '{filter}' in it");
    }

    internal Task<int> ShowAsync(CancellationToken cancellationToken) =>
        ProgramOutput.ShowAsync(DotNet.Program, _arguments, repository.Root, cancellationToken);

    /// <summary>Measures, showing BenchmarkDotNet's own output.</summary>
    /// <param name="artifacts">Where its reports go.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BenchException">A benchmark failed.</exception>
    internal async Task<IReadOnlyList<MicroResult>> RunAsync(string artifacts, CancellationToken cancellationToken)
    {
        // Beside the Markdown that it writes in any case.
        string[] exporters = options.Any(option => option is "-e" or "--exporters") ? [] : ["--exporters", "json"];
        var status = await ProgramOutput.ShowAsync(
            DotNet.Program, [.. _arguments, "--artifacts", artifacts, .. exporters], repository.Root, cancellationToken);
        var reports = Path.Combine(artifacts, "results");
        MicroResult[] found = Directory.Exists(reports)
            ? [.. Directory.GetFiles(reports, "*.json").Order().SelectMany(file => Read(File.ReadAllText(file)))]
            : [];
        return status == 0 && found.Length > 0 ? found : throw new BenchException("a benchmark failed: see above");
    }

    /// <summary>Reads a report, leaving out benchmarks that have no figures.</summary>
    internal static IEnumerable<MicroResult> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var results = new List<MicroResult>();
        foreach (var benchmark in document.RootElement.GetProperty("Benchmarks").EnumerateArray())
        {
            if (!benchmark.TryGetProperty("Statistics", out var statistics) || statistics.ValueKind != JsonValueKind.Object)
                continue;
            var parameters = benchmark.GetProperty("Parameters").GetString();
            results.Add(new MicroResult
            {
                Suite = benchmark.GetProperty("Type").GetString()!,
                Name = benchmark.GetProperty("Method").GetString() + (string.IsNullOrEmpty(parameters) ? "" : $"({parameters})"),
                MeanNanoseconds = [statistics.GetProperty("Mean").GetDouble()],
                ErrorNanoseconds = Error(statistics),
                AllocatedBytes = benchmark.TryGetProperty("Memory", out var memory) && memory.ValueKind == JsonValueKind.Object
                    && memory.TryGetProperty("BytesAllocatedPerOperation", out var bytes) && bytes.ValueKind == JsonValueKind.Number
                        ? bytes.GetDouble()
                        : null,
            });
        }

        return results;
    }

    /// <summary>The rounds of the same suites as one result each.</summary>
    internal static IReadOnlyList<MicroResult> Merge(IEnumerable<IReadOnlyList<MicroResult>> rounds) =>
    [
        .. rounds.SelectMany(round => round).GroupBy(micro => (micro.Suite, micro.Name)).Select(same => same.First() with
        {
            MeanNanoseconds = [.. same.SelectMany(micro => micro.MeanNanoseconds)],
            ErrorNanoseconds = same.Max(micro => micro.ErrorNanoseconds),
        }),
    ];

    // One iteration has no interval; BenchmarkDotNet then writes "NaN", a string.
    private static double Error(JsonElement statistics) =>
        statistics.TryGetProperty("ConfidenceInterval", out var interval) && interval.ValueKind == JsonValueKind.Object
        && interval.TryGetProperty("Margin", out var margin) && margin.ValueKind == JsonValueKind.Number
            ? margin.GetDouble()
            : 0;
}
