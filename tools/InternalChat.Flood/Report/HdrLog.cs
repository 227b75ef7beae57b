using System.Text;
using HdrHistogram;

namespace InternalChat.Flood.Report;

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
