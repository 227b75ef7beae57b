using System.Globalization;
using System.Text.Json;
using InternalChat.BenchRunner.Processes;

namespace InternalChat.BenchRunner.Loads;

/// <summary>Runs the load tool and reads its report.</summary>
internal static class FloodProgram
{
    private const int WrongUsage = 2;
    private const string Failure = "failure";

    /// <param name="program">The load tool's assembly.</param>
    /// <param name="arguments">Scenario and load.</param>
    /// <param name="server">The target.</param>
    /// <param name="record">Path without extension, for what it prints and for its report.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task<StepOutcome> RunAsync(
        string program, IEnumerable<string> arguments, MeasuredServer server, string record, CancellationToken cancellationToken)
    {
        var report = record + ".json";
        var run = await ProgramOutput.OfAsync(
            DotNet.Program,
            [
                program, .. arguments, "--target", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port}"),
                "--server-pid", server.Id.ToString(CultureInfo.InvariantCulture), "--json", report,
            ],
            cancellationToken);
        await File.WriteAllTextAsync(record + ".txt", run.Output + run.Error, cancellationToken);
        if (run.ExitCode == WrongUsage)
            return StepOutcome.Unavailable($"the load tool cannot do that yet: {LastLine(run.Error)}");
        var numbers = File.Exists(report) ? Read(await File.ReadAllTextAsync(report, cancellationToken)) : [];
        return run.ExitCode == 0
            ? StepOutcome.Of(numbers)
            : new StepOutcome(ScenarioStatus.Failed, $"exit status {run.ExitCode}: {Reason(run)}", numbers);
    }

    /// <summary>The load tool's subcommands, from its help: a line for each, two spaces before the name.</summary>
    internal static async Task<IReadOnlySet<string>> SubcommandsAsync(string program, CancellationToken cancellationToken)
    {
        var help = await ProgramOutput.OfAsync(DotNet.Program, [program, "--help"], cancellationToken);
        return help.Output.Split('\n').SkipWhile(line => !line.StartsWith("Commands:", StringComparison.Ordinal)).Skip(1)
            .Select(line => line.Trim().Split(' ')[0]).ToHashSet();
    }

    private static Dictionary<string, double> Read(string report)
    {
        try
        {
            return JsonNumbers.Read(report);
        }
        catch (JsonException)
        {
            // It was ended while it wrote; its exit status tells.
            return [];
        }
    }

    /// <summary>The first line of the report that says why; without a report, the line that was printed last.</summary>
    private static string Reason(ProgramOutput run) =>
        run.Output.Split('\n').FirstOrDefault(static line => line.StartsWith(Failure, StringComparison.Ordinal))?[Failure.Length..].Trim()
        ?? LastLine(run.Output + run.Error);

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1].Trim();
}

/// <summary>
/// Every number in a JSON document by its path, names with a dot between, without knowing what the document means: what its writer adds
/// or leaves out breaks nothing here. Entries of arrays are found by their <c>name</c>, and passed over if they have none: series are
/// for charts, not figures.
/// </summary>
internal static class JsonNumbers
{
    /// <exception cref="JsonException">The text is not JSON.</exception>
    internal static Dictionary<string, double> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        Collect(document.RootElement, "", numbers);
        return numbers;
    }

    private static void Collect(JsonElement element, string path, Dictionary<string, double> numbers)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Number:
                numbers[path] = element.GetDouble();
                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                    Collect(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", numbers);
                break;
            case JsonValueKind.Array:
                foreach (var entry in element.EnumerateArray())
                {
                    if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("name", out var name)
                        && name.ValueKind == JsonValueKind.String)
                    {
                        Collect(entry, $"{path}.{name.GetString()}", numbers);
                    }
                }

                break;
        }
    }
}
