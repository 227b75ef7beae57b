using System.Text;
using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Results;
using InternalChat.BenchRunner.Runs;
using InternalChat.Reporting;

namespace InternalChat.BenchRunner.Comparison;

/// <summary>Measures two commits, each in a working tree of its own that is removed afterwards.</summary>
internal static class CommitComparison
{
    internal static async Task<IReadOnlyList<(RunResult Result, string Folder)>> RunAsync(
        Repository repository, string before, string after, RunRequest request, TextWriter output, CancellationToken cancellationToken)
    {
        string[] commits =
        [
            await repository.ResolveAsync(before, cancellationToken), await repository.ResolveAsync(after, cancellationToken),
        ];
        var folder = Directory.CreateTempSubdirectory("internalchat-compare-").FullName;
        var trees = new List<Repository>();
        try
        {
            foreach (var (index, commit) in commits.Index())
                trees.Add(await repository.CheckOutAsync(commit, Path.Combine(folder, $"{index}-{commit}"), cancellationToken));
            return await new BenchRun(repository, request, output).RunAsync(trees, cancellationToken);
        }
        finally
        {
            foreach (var tree in trees)
                await repository.RemoveCheckOutAsync(tree.Root);
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>A comparison as a table that reads well in a terminal and is Markdown.</summary>
internal static class ComparisonTable
{
    private const string Explanation = """
        B/A is how many times A's figure B's is. "noise" is how far apart rounds of the same code were, of A and of B together, or the
        confidence intervals of a micro benchmark: a ratio within it says nothing. Comparing a commit with itself shows what the machine
        makes of no change at all.
        """;

    internal static string Create(string a, string b, IReadOnlyList<ComparisonRow> rows, IEnumerable<string> remarks)
    {
        var text = new StringBuilder($"A = {a}\nB = {b}\n\n");
        text.Append(MarkdownPage.Table(
            ["", "figure", "A", "B", "B/A", "noise", ""],
            [
                .. rows.Select(row => new TableCell[]
                {
                    row.Group,
                    row.Name,
                    TableCell.Number(Wording.Number(row.Before)),
                    TableCell.Number(Wording.Number(row.After)),
                    TableCell.Number(Ratio(row.Ratio)),
                    TableCell.Number(Noise(row.Noise)),
                    Verdict(row.Verdict),
                }),
            ],
            isAligned: true));
        text.Append('\n').Append(Explanation).Append('\n');
        foreach (var remark in remarks)
            text.Append("! ").Append(remark).Append('\n');
        return text.ToString();
    }

    private static string Ratio(double ratio) => double.IsInfinity(ratio) ? "∞" : $"{ratio:0.000}";

    private static string Noise(double? noise) => noise is { } factor ? $"±{(factor - 1) * 100:0.0} %" : "?";

    private static string Verdict(Verdict verdict) => verdict switch
    {
        Comparison.Verdict.Better => "better",
        Comparison.Verdict.Worse => "WORSE",
        Comparison.Verdict.WithinNoise => "same",
        _ => "one round: noise unknown",
    };
}
