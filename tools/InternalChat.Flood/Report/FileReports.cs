using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using HdrHistogram;

namespace InternalChat.Flood.Report;

/// <summary>A form that the results of a run take. Each is asked once, when the run is over and judged.</summary>
internal interface IReportOutput
{
    /// <summary>For people: where it goes.</summary>
    string Name { get; }

    /// <exception cref="IOException">It cannot be written where it should be.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written where it should be.</exception>
    Task WriteAsync(RunReport report);
}

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

/// <summary>
/// The whole distributions as HdrHistogram's own log (version 1.3, histograms in the compressed V2 encoding), which its
/// HistogramLogProcessor, HistogramLogAnalyzer and all its ports read. A line for each kind, tagged <c>kind</c> (corrected) and
/// <c>raw.kind</c>; the interval is the measured time.
/// </summary>
/// <remarks>
/// Values are microseconds where those tools suppose nanoseconds. To get milliseconds, and a file for the plotter:
/// <c>HistogramLogProcessor -i FILE -tag from_end_to_end -outputValueUnitRatio 1000 -o OUT</c> writes <c>OUT.hgrm</c>.
/// </remarks>
internal sealed class HdrLog(string file) : IReportOutput
{
    public string Name => file;

    internal const string RawPrefix = "raw.";

    public async Task WriteAsync(RunReport report)
    {
        await using var stream = File.Create(file);
        Write(report, stream);
    }

    /// <summary>Leaves the stream open.</summary>
    internal static void Write(RunReport report, Stream stream)
    {
        using var log = new MemoryStream();
        using (var writer = new HistogramLogWriter(log))
        {
            writer.Write(report.StartedAt.UtcDateTime, [.. Tagged(report)]);
            // The library writes UTF-16, which the tools of other languages do not read.
            stream.Write(Encoding.UTF8.GetBytes(Encoding.Unicode.GetString(log.ToArray()).TrimStart('\uFEFF')));
        }
    }

    private static IEnumerable<HistogramBase> Tagged(RunReport report)
    {
        foreach (var (kind, latency) in report.Latencies)
        {
            yield return Tagged(report, latency.CorrectedHistogram, kind);
            yield return Tagged(report, latency.RawHistogram, RawPrefix + kind);
        }
    }

    private static HistogramBase Tagged(RunReport report, HistogramBase histogram, string tag)
    {
        // The tags of two kinds must differ also where raw and corrected are one object.
        var copy = histogram.Copy();
        copy.Tag = tag;
        copy.StartTimeStamp = report.StartedAt.ToUnixTimeMilliseconds();
        copy.EndTimeStamp = report.StartedAt.AddSeconds(report.MeasuredSeconds).ToUnixTimeMilliseconds();
        return copy;
    }
}
