using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Processes;
using InternalChat.BenchRunner.Results;
using InternalChat.BenchRunner.Scenarios;
using Xunit;

namespace InternalChat.BenchRunner.Tests;

public sealed class ResultFolderTests : IDisposable
{
    private readonly string _results = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_results, recursive: true);

    [Fact]
    public void What_was_written_is_found_again_by_path_and_by_name()
    {
        var folder = Create();
        var result = Example.Run(Example.Scenario("saturate", Example.Figure("delivered", Direction.More, 90, 110)));
        folder.Write(result);

        foreach (var name in new[] { folder.Path, Path.GetFileName(folder.Path) })
        {
            var found = ResultFolder.Find(name, _results)!;
            Assert.Equal(result.Host, found.Host);
            Assert.Equal([90, 110], found.Scenarios.Single().Figures.Single().Values);
        }
    }

    [Fact]
    public void A_second_run_of_the_same_commit_on_the_same_day_has_a_folder_of_its_own()
    {
        Assert.EndsWith("2026-01-02-abc-dirty", Create().Path);
        Assert.EndsWith("2026-01-02-abc-dirty-2", Create().Path);
    }

    [Fact]
    public void A_folder_without_results_is_none() => Assert.Null(ResultFolder.Find(_results, _results));

    [Fact]
    public void The_page_needs_nothing_beside_itself_and_shows_figures_limits_and_charts()
    {
        var folder = Create();
        var scenario = Example.Scenario("saturate", Example.Figure("delivered <1>", Direction.More, 90)) with
        {
            Samples = [new ProcessSample(1, 0.5, 1 << 20), new ProcessSample(2, 0.7, 2 << 20)],
        };
        folder.Write(Example.Run(scenario) with { Micro = [Example.Micro("Parse", 1_234, 5, 24)] });

        var page = File.ReadAllText(Path.Combine(folder.Path, "results.html"));
        Assert.Contains("delivered &lt;1&gt;", page);
        Assert.Contains("≥ 100 /s", System.Net.WebUtility.HtmlDecode(page));
        Assert.Contains("missed", page);
        Assert.Contains("1.234 µs", System.Net.WebUtility.HtmlDecode(page));
        Assert.Equal(4, page.Split("<svg ").Length - 1);
        Assert.DoesNotContain("src=", page);
        Assert.DoesNotContain("href=", page);
        Assert.DoesNotContain("<script", page);
    }

    [Fact]
    public void Markdown_has_a_row_for_each_figure_and_benchmark_and_says_what_was_not_measured()
    {
        var folder = Create();
        var missing = Example.Scenario("presence") with { Status = ScenarioStatus.Unavailable, Reason = "no such load" };
        folder.Write(Example.Run(Example.Scenario("saturate", Example.Figure("delivered", Direction.More, 90, 108)), missing) with
        {
            Micro = [Example.Micro("Parse", 12.3, 0.4, null)],
        });

        var text = File.ReadAllText(Path.Combine(folder.Path, "results.md"));
        Assert.Contains("| saturate title | delivered | 99.0 /s | ≥ 100 /s | missed | 20 % |", text);
        Assert.Contains("not measured: no such load", text);
        Assert.Contains("| Parse | 12.3 ns | 0.4 ns |  |", text);
    }

    private ResultFolder Create() =>
        ResultFolder.Create(_results, "abc", isDirty: true, new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero));
}
