using System.Text.Json;
using System.Text.RegularExpressions;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Report.Thresholds;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>What the document names is what reports have.</summary>
public sealed partial class DocumentTests : IDisposable
{
    private static readonly string Document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "flood.md"));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_table_of_results_has_every_name_of_a_report_and_no_other()
    {
        using var stream = new MemoryStream();
        await JsonReport.WriteAsync(SampleReport.Staged, stream);
        using var json = JsonDocument.Parse(stream.ToArray());
        var report = json.RootElement;
        var rows = Document.Split('\n').SkipWhile(line => line != "| name | what |").Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|')).ToList();
        Assert.Equal(Names(report), rows.SelectMany(row => Words(row[1])));

        var delivered = report.GetProperty("latencies").GetProperty("delivered");
        Equal("rates", Counters.Growing.Select(Counters.Name));
        Equal("latencies", [.. LatencyKinds.All.Select(LatencyKinds.Name), .. Names(delivered), .. Names(delivered.GetProperty("raw"))]);
        Equal("checks", [.. Names(report.GetProperty("checks")[0]), "information", "must_be_zero", "must_not_be_zero"]);
        Equal("schedule", Names(report.GetProperty("schedule")));
        Equal("stages", Names(report.GetProperty("stages")[0]));
        Equal("processor", Names(report.GetProperty("processor")));
        Equal("series", Names(report.GetProperty("series")[0]));
        Equal("verdicts", ["sentence", "is_passed"]);

        void Equal(string name, IEnumerable<string> names) =>
            Assert.Equal(names.Order(), Words(rows.Single(row => Words(row[1]).First() == name)[2]).Order());
    }

    [Theory]
    [InlineData("message --pairs 1 --to away --visit-interval 10ms")]
    [InlineData("connect --connections 1")]
    [InlineData("login --logins 1")]
    [InlineData("login --logins 1 --then-quit")]
    [InlineData("presence --watchers 1 --churn 1")]
    [InlineData("slow --receivers 1")]
    [InlineData("history --pairs 1 --messages 1")]
    [InlineData("mixed --users 24")]
    public async Task Every_check_of_a_load_is_in_the_document_and_can_have_a_threshold(string load)
    {
        await using var server = await ServerProcess.StartAsync();
        var file = _folder.File("report.json");
        await FloodRun.AgainstAsync(
            server.EndPoint.Port, $"{load} --duration 50ms --json {file} --server-pid {server.ProcessId}");
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        var documented = Words(Document).ToHashSet();
        var checks = report.RootElement.GetProperty("checks").EnumerateArray()
            .Select(check => check.GetProperty("name").GetString()!)
            .ToList();
        Assert.NotEmpty(checks);
        Assert.All(checks, name => Assert.Contains(PartOfAnOffice().Replace(name, ""), documented));
        Assert.All(checks, name => Assert.True(Threshold.TryParse($"{name}=0", out _, out var problem), problem));
    }

    private static IEnumerable<string> Words(string text) =>
        Word().Matches(text).Select(match => match.Groups[1].Value);

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);

    /// <summary>Names only: options, commands and rules of the wire have other characters.</summary>
    [GeneratedRegex("`([a-z][a-z0-9_]*)`")]
    private static partial Regex Word();

    [GeneratedRegex("^(away|history|list(?!_answered|_unanswered|_wrong)|slow(?!_held_back|_closed))_")]
    private static partial Regex PartOfAnOffice();
}
