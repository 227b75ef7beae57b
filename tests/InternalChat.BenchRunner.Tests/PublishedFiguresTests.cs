using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Results;
using InternalChat.BenchRunner.Scenarios;
using Xunit;

namespace InternalChat.BenchRunner.Tests;

/// <summary>The figures of the documentation: one run, the goals of the scenarios, and the page made of both.</summary>
public sealed class PublishedFiguresTests : IDisposable
{
    private static readonly IReadOnlyList<Scenario> Scenarios = ScenarioFiles.Read("""
        { "scenarios": [
          { "name": "saturate", "title": "Full load", "page": "write-path.md", "steps": [ { "flood": "message" } ], "figures": [
            { "name": "delivered", "unit": "/s", "from": "rate", "atLeast": 100 },
            { "name": "CPU", "unit": "µs", "from": "cpu", "atMost": 50, "noWorseThan": "redis.cpu" },
            { "name": "p99", "unit": "ms", "from": "p99" } ] },
          { "name": "idle", "title": "Idle", "page": "idle.md", "steps": [ { "flood": "connect" } ], "figures": [
            { "name": "RSS", "unit": "KiB", "from": "rss", "atMost": 4.5 },
            { "name": "p50", "unit": "ms", "from": "p50", "noWorseThan": "redis.p50" } ] },
          { "name": "mixed", "title": "No goal", "steps": [ { "flood": "mixed" } ], "figures": [
            { "name": "p99", "unit": "ms", "from": "p99" } ] }
        ] }
        """);

    private readonly string _root = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_page_shows_the_published_run_and_the_goals_of_today()
    {
        var published = new PublishedFigures(Repository.Own());
        Assert.True(
            published.Render() == File.ReadAllText(published.Page),
            "docs/benchmarks.md differs from docs/benchmarks/results.json or benchmarks/scenarios.json: ./run-bench.sh publish writes it");
    }

    [Fact]
    public void A_scenario_with_a_goal_has_a_page_that_tells_what_stands_behind_its_figures()
    {
        var pages = Path.Combine(Repository.Own().Root, "docs", "benchmarks");
        Assert.All(
            ScenarioFile.Read(Repository.Own().ScenarioFile).Where(scenario => scenario.Figures.Any(figure => figure.HasGoal)),
            scenario => Assert.True(File.Exists(Path.Combine(pages, scenario.Page.Split('#')[0])), $"{scenario.Name}: {scenario.Page}"));
    }

    [Fact]
    public void A_row_has_goal_median_range_runs_verdict_and_command()
    {
        var table = Table(Example.Run(Example.Scenario(
            "saturate",
            Example.Figure("delivered", Direction.More, 90, 110, 120),
            Example.Figure("CPU", Direction.Less, 61) with { Limit = 40 },
            Example.Figure("p99", Direction.Less, 1))));
        Assert.Equal(
            [
                "| [Full load](benchmarks/write-path.md) | delivered | ≥ 100 /s | 110 /s | 90.0 – 120 | 3 | met | `flood saturate` |",
                "|  | CPU | ≤ 40.0 µs (Redis) | 61.0 µs |  | 1 | **missed** |  |",
                "| [Idle](benchmarks/idle.md) | RSS | ≤ 4.5 KiB | – |  |  | not in this run | `flood idle` |",
                "|  | p50 | no worse than Redis | – |  |  | not in this run |  |",
            ],
            table);
    }

    [Theory]
    [InlineData(40, 45, "≤ 40.0 µs (Redis)", "**missed**")]
    [InlineData(80, 45, "≤ 50.0 µs", "met")]
    [InlineData(80, 60, "≤ 50.0 µs", "**missed**")]
    public void Of_two_goals_the_stricter_counts(double redis, double found, string goal, string verdict)
    {
        var scenario = Scenarios[0];
        var outcome = new ScenarioOutcome(
            ScenarioStatus.Measured, "", new Dictionary<string, double> { ["cpu"] = found, ["redis.cpu"] = redis }, [], Example.Quiet);
        var row = Table(Example.Run(ScenarioSummary.Create(scenario, [outcome])))[1];
        Assert.Contains($"| {goal} | {found:0.0} µs |", row);
        Assert.Contains($"| {verdict} |", row);
    }

    [Fact]
    public void A_goal_that_changes_changes_the_verdict_on_a_run_from_before()
    {
        var run = Example.Run(Example.Scenario("idle", Example.Figure("RSS", Direction.Less, 4) with { Limit = 3 }));
        Assert.Contains("| ≤ 4.5 KiB | 4 KiB |  | 1 | met |", Table(run)[2]);
    }

    [Fact]
    public void Publishing_keeps_the_figures_leaves_out_what_only_charts_need_and_changes_nothing_but_the_table()
    {
        const string Begin = "before\n\n<!-- figures: written by ./run-bench.sh publish, do not edit -->\n";
        const string End = "<!-- /figures -->\n\nafter\n";
        var published = Copy(Begin + "old\n" + End);
        var run = Example.Run(Example.Scenario("saturate", Example.Figure("delivered", Direction.More, 110)));
        published.Replace(run);

        var kept = published.Read().Scenarios.Single();
        Assert.Equal([110], kept.Figures.Single().Values);
        Assert.Empty(kept.Numbers);
        var page = published.Render();
        Assert.StartsWith(Begin, page);
        Assert.EndsWith(End, page);
        Assert.Contains("Measured 2026-01-02 at commit abc.", page);
        Assert.DoesNotContain("old", page);
    }

    [Fact]
    public void A_run_that_was_ended_early_that_failed_or_that_belongs_to_no_commit_is_not_published()
    {
        var published = Copy("");
        var run = Example.Run(Example.Scenario("saturate"));
        Assert.Contains("ended early", Refusal(run with { IsComplete = false }));
        Assert.Contains("no commit", Refusal(run with { Host = run.Host with { IsDirty = true } }));
        Assert.Contains("3 lost", Refusal(Example.Run(
            Example.Scenario("saturate") with { Status = ScenarioStatus.Failed, Reason = "3 lost" })));
        Assert.Contains("no results.json", Assert.Throws<BenchException>(published.Read).Message);

        string Refusal(RunResult result) => Assert.Throws<BenchException>(() => published.Replace(result)).Message;
    }

    [Fact]
    public void A_page_without_a_place_for_the_table_is_refused()
    {
        var published = Copy("no marks");
        published.Replace(Example.Run());
        Assert.Contains("/figures", Assert.Throws<BenchException>(published.Render).Message);
    }

    private static string[] Table(RunResult run) =>
        [.. PublishedFigures.Section(Scenarios, run).Split('\n').Where(line => line.StartsWith('|')).Skip(2)];

    /// <summary>A repository with the scenarios of this one and a page of its own.</summary>
    private PublishedFigures Copy(string page)
    {
        Directory.CreateDirectory(Path.Combine(_root, "docs", "benchmarks"));
        Directory.CreateDirectory(Path.Combine(_root, "benchmarks"));
        File.Copy(Repository.Own().ScenarioFile, Path.Combine(_root, "benchmarks", "scenarios.json"));
        File.WriteAllText(Path.Combine(_root, "docs", "benchmarks.md"), page);
        return new PublishedFigures(new Repository(_root));
    }
}
