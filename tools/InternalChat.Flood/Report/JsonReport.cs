using System.Text.Json;
using System.Text.Json.Serialization;

namespace InternalChat.Flood.Report;

/// <summary>A report for programs.</summary>
internal sealed class JsonReport(string file) : IReportOutput
{
    public string Name => file;

    public async Task WriteAsync(RunReport report)
    {
        await using var stream = File.Create(file);
        await WriteAsync(report, stream);
    }

    internal static Task WriteAsync(RunReport report, Stream stream) =>
        JsonSerializer.SerializeAsync(stream, report, ReportJson.Default.RunReport);
}

/// <summary>The writing of reports, made at compile time: a native program has no reflection to find their properties with.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(SnakeCase<CheckRule>)])]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class ReportJson : JsonSerializerContext;

/// <summary>Writes an enum's names in snake case.</summary>
internal sealed class SnakeCase<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower)
    where TEnum : struct, Enum;
