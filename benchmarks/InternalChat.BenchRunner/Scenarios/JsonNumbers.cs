using System.Text.Json;

namespace InternalChat.BenchRunner.Scenarios;

/// <summary>
/// Every number in a JSON document by its path, names with a dot between, without knowing what the document means: what its writer adds
/// or leaves out breaks nothing here. Entries of arrays are found by their <c>name</c>, and passed over where they have none: series are
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
