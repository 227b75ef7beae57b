using System.Text;
using InternalChat.BenchRunner.Results;

namespace InternalChat.BenchRunner.Comparison;

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
        string[][] cells =
        [
            ["", "figure", "A", "B", "B/A", "noise", ""],
            .. rows.Select(row => new[]
            {
                row.Group, row.Name, Wording.Number(row.Before), Wording.Number(row.After),
                Ratio(row.Ratio), Noise(row.Noise), Verdict(row.Verdict),
            }),
        ];
        var widths = Enumerable.Range(0, cells[0].Length).Select(column => cells.Max(row => row[column].Length)).ToArray();
        foreach (var (index, row) in cells.Index())
        {
            Line(text, row, widths);
            if (index == 0)
                Line(text, [.. widths.Select(Rule)], widths);
        }

        text.Append('\n').Append(Explanation).Append('\n');
        foreach (var remark in remarks)
            text.Append("! ").Append(remark).Append('\n');
        return text.ToString();
    }

    private static void Line(StringBuilder text, string[] row, int[] widths)
    {
        foreach (var (column, cell) in row.Index())
            text.Append("| ").Append(IsNumber(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column])).Append(' ');
        text.Append("|\n");
    }

    /// <summary>Below the headers; a colon aligns the column to the right where Markdown is rendered.</summary>
    private static string Rule(int width, int column) => IsNumber(column) ? new string('-', width - 1) + ":" : new string('-', width);

    private static bool IsNumber(int column) => column is >= 2 and <= 5;

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
