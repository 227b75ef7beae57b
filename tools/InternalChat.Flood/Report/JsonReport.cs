using System.Text.Json;
using System.Text.Json.Serialization;

namespace InternalChat.Flood.Report;

/// <summary>A report for programs.</summary>
internal sealed class JsonReport(string file) : IReportOutput
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public async Task WriteAsync(RunReport report)
    {
        await using var stream = File.Create(file);
        await WriteAsync(report, stream);
    }

    internal static Task WriteAsync(RunReport report, Stream stream) => JsonSerializer.SerializeAsync(stream, report, Format);
}
