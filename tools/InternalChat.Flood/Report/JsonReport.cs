using System.Text.Json;

namespace InternalChat.Flood.Report;

/// <summary>A report for programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Format =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    internal static async Task WriteAsync(RunReport report, string file)
    {
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, report, Format);
    }
}
