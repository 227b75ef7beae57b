using System.Text.Json;
using InternalChat.Flood.Report;
using Xunit;

namespace InternalChat.Flood.Tests;

public sealed class ReportFormTests
{
    [Fact]
    public async Task Programs_find_everything_under_the_documented_names()
    {
        using var stream = new MemoryStream();
        await JsonReport.WriteAsync(SampleReport.Clean, stream);
        using var json = JsonDocument.Parse(stream.ToArray());
        var root = json.RootElement;
        Assert.Equal(
            [
                "scenario", "load", "started_at", "measured_seconds", "rates", "latencies", "checks", "schedule", "processor", "series",
                "errors", "expected_errors", "verdicts", "failures", "is_clean",
            ],
            Names(root));
        Assert.Equal(["raw", "corrected"], Names(root.GetProperty("latencies").GetProperty("delivered")));
        Assert.Equal(
            ["count", "p50", "p90", "p99", "p999", "max"], Names(root.GetProperty("latencies").GetProperty("delivered").GetProperty("raw")));
        Assert.Equal(["name", "count", "rule", "is_passed"], Names(root.GetProperty("checks")[0]));
        Assert.Equal("must_not_be_zero", root.GetProperty("checks")[0].GetProperty("rule").GetString());
        Assert.Equal(
            ["due", "behind", "never_sent", "worst_delay_milliseconds", "tolerance_milliseconds", "is_kept_up"],
            Names(root.GetProperty("schedule")));
        Assert.Equal(
            [
                "unit", "own_cores", "own_microseconds_per_unit", "server_cores", "server_microseconds_per_unit", "server_memory_bytes",
            ],
            Names(root.GetProperty("processor")));
        Assert.Equal(
            ["seconds", "rates", "connections", "latencies", "own_cores", "server_cores", "server_memory_bytes"],
            Names(root.GetProperty("series")[0]));
    }

    [Fact]
    public async Task People_see_both_latencies_where_they_differ_and_why_a_run_failed()
    {
        var output = new StringWriter();
        await new ConsoleReport(output).WriteAsync(SampleReport.Clean with { Verdicts = [Verdict.Failed("2 lost")] });
        var lines = output.ToString().Split(Environment.NewLine);
        Assert.Contains(lines, line => line.StartsWith("DELIVERED", StringComparison.Ordinal) && line.Contains("0.300", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("  from the send", StringComparison.Ordinal) && line.Contains("0.100", StringComparison.Ordinal));
        Assert.Contains("failure    2 lost", lines);
        Assert.Contains("result     FAILED", lines);
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
}
