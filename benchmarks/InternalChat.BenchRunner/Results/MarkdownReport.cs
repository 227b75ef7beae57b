using System.Text;

namespace InternalChat.BenchRunner.Results;

/// <summary>The results as Markdown.</summary>
internal static class MarkdownReport
{
    internal static string Create(RunResult result)
    {
        var text = new StringBuilder($"# Benchmarks of {result.Host.Commit}\n\n{Wording.Summary(result)}\n\n| | |\n| --- | --- |\n");
        foreach (var (name, value) in result.Host.Describe())
            text.Append($"| {name} | {value} |\n");
        text.Append($"| Load average | {Wording.Machine(result.Machine)} |\n");
        if (result.Scenarios.Count > 0)
            Scenarios(text, result.Scenarios);
        foreach (var suite in result.Micro.GroupBy(micro => micro.Suite))
        {
            text.Append($"\n## {suite.Key}\n\n| benchmark | mean | ± | allocated |\n| --- | ---: | ---: | ---: |\n");
            foreach (var micro in suite)
            {
                text.Append($"| {micro.Name} | {Wording.Time(Statistics.Median(micro.MeanNanoseconds))} "
                    + $"| {Wording.Time(micro.ErrorNanoseconds)} | {(micro.AllocatedBytes is { } bytes ? $"{bytes:#,0} B" : "")} |\n");
            }
        }

        return text.ToString();
    }

    private static void Scenarios(StringBuilder text, IReadOnlyList<ScenarioResult> scenarios)
    {
        text.Append("\n## Scenarios\n\n| scenario | figure | found | asked for | | rounds apart |\n");
        text.Append("| --- | --- | ---: | ---: | --- | ---: |\n");
        foreach (var scenario in scenarios)
        {
            foreach (var (index, figure) in scenario.Figures.Index())
            {
                text.Append($"| {(index == 0 ? scenario.Title : "")} | {figure.Name} | {Wording.Value(figure)} | {Wording.Limit(figure)} "
                    + $"| {Wording.Verdict(figure)} | {Wording.Spread(figure)} |\n");
            }
        }

        text.Append('\n');
        foreach (var scenario in scenarios)
        {
            text.Append($"- **{scenario.Name}**: {string.Join("; ", scenario.Steps.Select(step => $"`{step}`"))}");
            if (scenario.Server.Length > 0)
                text.Append($"; server `{scenario.Server}`");
            foreach (var remark in new[] { Wording.Status(scenario), Wording.Noise(scenario.Quiet) }.Where(remark => remark.Length > 0))
                text.Append($". {remark}");
            text.Append('\n');
        }
    }
}
