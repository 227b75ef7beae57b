using System.Text.Json;
using System.Text.Json.Serialization;

namespace InternalChat.BenchRunner.Scenarios;

/// <summary>Reads <c>benchmarks/scenarios.json</c>, the one place that says which loads there are.</summary>
internal static class ScenarioFile
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <exception cref="BenchException">The file is missing or says what nobody understands.</exception>
    internal static IReadOnlyList<Scenario> Read(string path)
    {
        try
        {
            var file = JsonSerializer.Deserialize<Content>(File.ReadAllText(path), Format)!;
            return file.Scenarios;
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            throw new BenchException($"{path}: {exception.Message}");
        }
    }

    /// <summary>
    /// Those with these names, in the file's order; all that the options allow where no name is given. Their times are filled in.
    /// </summary>
    /// <exception cref="UsageException">A name is unknown.</exception>
    internal static IReadOnlyList<Scenario> Select(IReadOnlyList<Scenario> all, IReadOnlyCollection<string> names, bool quick, bool heavy)
    {
        if (names.FirstOrDefault(name => all.All(scenario => scenario.Name != name)) is { } unknown)
            throw new UsageException($"there is no scenario '{unknown}': {string.Join(", ", all.Select(scenario => scenario.Name))}");
        return
        [
            .. all.Where(scenario => names.Count > 0
                ? names.Contains(scenario.Name)
                : (heavy || !scenario.Heavy) && (!quick || scenario.Quick)).Select(scenario => scenario.Timed(quick)),
        ];
    }

    private sealed record Content(IReadOnlyList<Scenario> Scenarios);
}
