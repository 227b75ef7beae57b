using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Scenarios;
using InternalChat.Reporting;

namespace InternalChat.BenchRunner.Results;

/// <summary>
/// The figures that the documentation shows: <c>docs/benchmarks/results.json</c> holds one run, and the table in
/// <c>docs/benchmarks.md</c> is made of it. The goals, the titles and the order are those of <c>scenarios.json</c>.
/// </summary>
internal sealed class PublishedFigures(Repository repository)
{
    private const string Begin = "<!-- figures: written by ./run-bench.sh publish, do not edit -->\n";
    private const string End = "<!-- /figures -->\n";

    private readonly string _folder = Path.Combine(repository.Root, "docs", "benchmarks");

    internal string Page { get; } = Path.Combine(repository.Root, "docs", "benchmarks.md");

    /// <summary>The run that the page shows.</summary>
    /// <exception cref="BenchException">There is none.</exception>
    internal RunResult Read() => ResultFolder.Find(_folder, _folder) ?? throw new BenchException($"no results.json in {_folder}");

    /// <summary>Makes a run the one that the page shows. What only charts need is left out.</summary>
    /// <exception cref="BenchException">It is not fit for publishing.</exception>
    internal void Replace(RunResult result)
    {
        if (!result.IsComplete)
            throw new BenchException("a run that was ended early is not published");
        if (result.Host.IsDirty)
            throw new BenchException("figures of a working tree with local changes belong to no commit and are not published");
        if (result.Scenarios.FirstOrDefault(scenario => scenario.Status == ScenarioStatus.Failed) is { } failed)
            throw new BenchException($"{failed.Name} failed, so the run is not published: {failed.Reason}");
        ResultFolder.WriteData(_folder, result with
        {
            Micro = [],
            Scenarios =
            [
                .. result.Scenarios.Select(scenario => scenario with { Numbers = new Dictionary<string, double>(), Samples = [] }),
            ],
        });
    }

    /// <summary>The page as it should be: its own text with the table of the published run.</summary>
    /// <exception cref="BenchException">The page has no place for the table.</exception>
    internal string Render()
    {
        var page = File.ReadAllText(Page);
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new BenchException($"{Page} lacks the lines '{Begin.Trim()}' and '{End.Trim()}'");
        return page[..(begin + Begin.Length)] + Section(ScenarioFile.Read(repository.ScenarioFile), Read()) + page[end..];
    }

    /// <summary>A row for each figure that has a goal.</summary>
    internal static string Section(IReadOnlyList<Scenario> scenarios, RunResult run)
    {
        var section = new MarkdownPage();
        section.Paragraph(
            $"Measured {run.Started:yyyy-MM-dd} at commit {run.Host.Commit}."
            + string.Concat(run.Host.Describe().Where(fact => fact.Name != "Commit").Select(fact => $" {fact.Name}: {fact.Value}.")));
        section.Table(
            ["load", "figure", "goal", "median", "range", "runs", "", "`./run-bench.sh`"],
            scenarios.SelectMany(scenario => Rows(scenario, run.Scenarios.FirstOrDefault(found => found.Name == scenario.Name))));
        foreach (var scenario in run.Scenarios.Where(scenario => scenario.Quiet.IsNoisy))
            section.Paragraph($"{scenario.Name}: {Wording.Noise(scenario.Quiet)}.");
        return section.ToString();
    }

    private static IEnumerable<TableCell[]> Rows(Scenario scenario, ScenarioResult? found) => scenario.Figures
        .Where(figure => figure.HasGoal)
        .Select((figure, index) => Row(scenario, figure, found?.Figures.FirstOrDefault(same => same.Name == figure.Name), index == 0));

    private static TableCell[] Row(Scenario scenario, ScenarioFigure figure, FigureResult? found, bool isFirst)
    {
        // A goal that is another figure of the run is known to the run alone; the others are those of today.
        var judged = new FigureResult
        {
            Name = figure.Name,
            Unit = figure.Unit,
            Better = figure.BetterDirection,
            Values = found?.Values ?? [],
            Limit = figure.Limit(figure.NoWorseThan is null ? null : found?.Limit),
        };
        return
        [
            isFirst ? $"[{scenario.Title}](benchmarks/{scenario.Page})" : "",
            figure.Name,
            TableCell.Number(Goal(figure, judged)),
            TableCell.Number(Wording.Value(judged)),
            TableCell.Number(Wording.Range(judged)),
            TableCell.Number(judged.Values.Count > 0 ? $"{judged.Values.Count}" : ""),
            judged.IsReached switch { true => "met", false => "**missed**", null => "not in this run" },
            isFirst ? $"`flood {scenario.Name}`" : "",
        ];
    }

    private static string Goal(ScenarioFigure figure, FigureResult judged) => figure.NoWorseThan is null || judged.Limit == figure.AtMost
        ? Wording.Limit(judged) is { Length: > 0 } limit ? limit : "no worse than Redis"
        : Wording.Limit(judged) + " (Redis)";
}
