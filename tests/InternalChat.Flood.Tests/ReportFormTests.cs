using System.Text.Json;
using System.Text.RegularExpressions;
using InternalChat.Flood.Report;
using Xunit;

namespace InternalChat.Flood.Tests;

public sealed class ReportFormTests
{
    [Fact]
    public async Task Programs_find_everything_under_the_documented_names()
    {
        using var stream = new MemoryStream();
        await JsonReport.WriteAsync(SampleReport.Staged, stream);
        using var json = JsonDocument.Parse(stream.ToArray());
        var root = json.RootElement;
        Assert.Equal(
            [
                "scenario", "load", "started_at", "measured_seconds", "rates", "latencies", "checks", "schedule", "stages", "processor",
                "series", "errors", "expected_errors", "verdicts", "failures", "is_clean",
            ],
            Names(root));
        Assert.Equal(["raw", "corrected"], Names(root.GetProperty("latencies").GetProperty("delivered")));
        Assert.Equal(
            ["count", "p50", "p90", "p99", "p999", "max"],
            Names(root.GetProperty("latencies").GetProperty("delivered").GetProperty("raw")));
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
            ["seconds", "rates", "rate_asked", "connections", "latencies", "own_cores", "server_cores", "server_memory_bytes"],
            Names(root.GetProperty("series")[0]));
        Assert.Equal(
            ["name", "from_seconds", "seconds", "rate_asked", "rate_reached", "schedule", "latencies"],
            Names(root.GetProperty("stages")[0]));
        Assert.Equal(Names(root.GetProperty("schedule")), Names(root.GetProperty("stages")[0].GetProperty("schedule")));
        Assert.Equal(["raw", "corrected"], Names(root.GetProperty("stages")[0].GetProperty("latencies").GetProperty("delivered")));
    }

    [Fact]
    public async Task People_see_both_latencies_where_they_differ_and_why_a_run_failed()
    {
        var output = new StringWriter();
        await new ConsoleReport(output).WriteAsync(SampleReport.Clean with { Verdicts = [Verdict.Failed("2 lost")] });
        var lines = output.ToString().Split(Environment.NewLine);
        Assert.Contains(
            lines,
            line => line.StartsWith("DELIVERED", StringComparison.Ordinal) && line.Contains("0.300", StringComparison.Ordinal));
        Assert.Contains(
            lines,
            line => line.StartsWith("  from the send", StringComparison.Ordinal) && line.Contains("0.100", StringComparison.Ordinal));
        Assert.Contains("failure    2 lost", lines);
        Assert.Contains("result     FAILED", lines);
    }

    [Fact]
    public async Task People_see_each_stage_with_what_was_asked_and_what_came_of_it()
    {
        var output = new StringWriter();
        await new ConsoleReport(output).WriteAsync(SampleReport.Staged);
        var lines = output.ToString().Split(Environment.NewLine);
        Assert.Matches(@"^stage +asked/s +sent/s +late +never sent +p50 +p99 +ms, DELIVERED$", LineOf("stage"));
        Assert.Matches(@"^1, 4 s +1,000 +1,000 +0 +0 +0\.300 +0\.300$", LineOf("1, "));
        Assert.Matches(@"^2, 6 s +2,000\.5 +1,500 +900 +7 *$", LineOf("2, "));

        string LineOf(string begin) => lines.Single(line => line.StartsWith(begin, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_checks_go_into_lines_that_a_terminal_holds()
    {
        var output = new StringWriter();
        await new ConsoleReport(output).WriteAsync(SampleReport.Clean with
        {
            Checks = [.. Enumerable.Range(0, 50).Select(i => new Check($"check_number_{i}", i, CheckRule.MustBeZero))],
        });
        var lines = output.ToString().Split(Environment.NewLine);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 120));
        var proof = FloodRun.Lines(output.ToString(), "proof").ToArray();
        Assert.True(proof.Length > 5);
        Assert.All(Enumerable.Range(0, 50), i => Assert.Contains(proof, line => Regex.IsMatch(line, $@"\b{i} check number {i}\b")));
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
}
