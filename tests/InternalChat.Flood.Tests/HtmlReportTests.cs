using System.Xml.Linq;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.TestKit;
using Xunit;

namespace InternalChat.Flood.Tests;

public sealed class HtmlReportTests
{
    private const string Hostile = "<script>alert('&')</script>\"";

    private static readonly RunReport Report = SampleReport.Clean with
    {
        Load = $"load {Hostile}",
        Errors = new Dictionary<string, long> { [$"error {Hostile}"] = 2 },
        ExpectedErrors = new Dictionary<string, long> { [$"expected {Hostile}"] = 3 },
        Verdicts = [Verdict.Failed($"verdict {Hostile}"), new Verdict("lost=0 held", IsPassed: true)],
        Checks = [new Check("lost", 4_321, CheckRule.MustBeZero)],
    };

    [Fact]
    public void Every_element_is_closed_and_nothing_is_loaded_or_run()
    {
        var page = Parse(HtmlReport.Page(Report));
        Assert.Equal("html", page.Root?.Name.LocalName);
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "img" or "iframe" or "image");
        Assert.DoesNotContain(
            page.Descendants().Attributes(),
            attribute => attribute.Name.LocalName is "src" or "href"
                || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.Contains(page.Descendants(), element => element.Name.LocalName == "svg");
    }

    [Theory]
    [InlineData("load " + Hostile)]
    [InlineData("error " + Hostile)]
    [InlineData("expected " + Hostile)]
    [InlineData("verdict " + Hostile)]
    [InlineData("lost=0 held")]
    [InlineData("4,321")]
    [InlineData("FAILED")]
    public void Shows_every_text_as_it_is(string text) =>
        Assert.Contains(Parse(HtmlReport.Page(Report)).Descendants(), element => !element.HasElements && element.Value == text);

    [Fact]
    public void Shows_the_steps_of_the_rate_as_a_table_and_as_a_line_of_the_chart()
    {
        var page = Parse(HtmlReport.Page(SampleReport.Staged with { Series = Report.Series }));
        var rows = page.Descendants("tr").Select(row => row.Elements().Select(cell => cell.Value).ToArray()).ToArray();
        Assert.Contains(
            rows,
            row => row is ["stage", "from", "asked", "sent", "late", "never sent", "worst delay", "DELIVERED p50", "p99"]);
        Assert.Contains(rows, row => row is ["1", "0 s", "1,000/s", "1,000/s", "0", "0", "0.500 ms", "0.300", "0.300"]);
        Assert.Contains(rows, row => row is ["2", "4 s", "2,000.5/s", "1,500/s", "900", "7", "20.000 ms", "", ""]);
        Assert.Contains(page.Descendants(), element => element.Name.LocalName == "text" && element.Value == "asked for");
        Assert.DoesNotContain("asked for", HtmlReport.Page(Report), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_ended_before_it_measured_anything_has_a_page_too()
    {
        var page = HtmlReport.Page(Report with
        {
            Latencies = new Dictionary<string, LatencyReport>(),
            Series = [],
            Rates = new Dictionary<string, double>(),
            Schedule = null,
        });
        Assert.Equal("html", Parse(page).Root?.Name.LocalName);
    }

    [Fact]
    public void Drawings_share_no_ids_and_find_their_own()
    {
        var latencies = new Dictionary<string, LatencySummary> { ["delivered"] = Report.Latencies["delivered"].Raw };
        var page = Parse(HtmlReport.Page(Report with { Series = [Report.Series[0] with { Latencies = latencies }] }));
        Assert.InRange(page.Descendants().Count(element => element.Name.LocalName == "svg"), 4, int.MaxValue);
        string[] ids = [.. page.Descendants().Attributes("id").Select(id => id.Value)];
        Assert.Equal(ids.Distinct(), ids);
        var drawings = page.Descendants().Where(element => element.Name.LocalName == "svg");
        Assert.All(drawings, drawing => Assert.All(
            drawing.Descendants().Attributes("clip-path"),
            used => Assert.Contains(drawing.Descendants().Attributes("id"), id => used.Value == $"url(#{id.Value})")));
    }

    [Fact]
    public async Task Is_written_to_the_file_whole()
    {
        using var folder = new TemporaryFolder();
        await new HtmlReport(folder.File("page.html")).WriteAsync(Report);
        Assert.Equal(HtmlReport.Page(Report), File.ReadAllText(folder.File("page.html")));
    }

    /// <summary>As XML, but for its first line and the two elements that HTML leaves open.</summary>
    private static XDocument Parse(string page) => XDocument.Parse(page
        .Replace("<!doctype html>", "", StringComparison.Ordinal)
        .Replace("<meta charset=\"utf-8\">", "", StringComparison.Ordinal)
        .Replace("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">", "", StringComparison.Ordinal)
        .TrimStart());
}
