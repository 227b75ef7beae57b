using System.Globalization;
using System.Text;

namespace InternalChat.Terminal.Output;

/// <summary>Where the line being typed goes on the screen. Pure.</summary>
/// <param name="Rows">
/// The rows to show, each no wider than the screen; the first begins behind the prompt where <paramref name="ShowsPrompt"/>.
/// </param>
/// <param name="CursorRow">The cursor's row among them.</param>
/// <param name="CursorColumn">The cursor's column, in cells.</param>
/// <param name="ShowsPrompt">Whether the first row is the one with the prompt.</param>
internal sealed record PromptLayout(IReadOnlyList<string> Rows, int CursorRow, int CursorColumn, bool ShowsPrompt)
{
    /// <summary>Wraps a line by cells. Of a line that would fill more than the screen, the rows around the cursor are shown.</summary>
    /// <param name="promptCells">Width of the prompt before the first row; less than <paramref name="columns"/>.</param>
    /// <param name="text">The line, without control characters.</param>
    /// <param name="cursor">UTF-16 code units before the cursor.</param>
    /// <param name="columns">Width of the screen; at least 2.</param>
    /// <param name="maxRows">Rows that may be used; at least 1.</param>
    internal static PromptLayout Of(int promptCells, string text, int cursor, int columns, int maxRows)
    {
        var rows = new List<string>();
        var row = new StringBuilder();
        var column = promptCells;
        int cursorRow = 0, cursorColumn = promptCells;
        for (var start = 0; start < text.Length;)
        {
            var cluster = text.Substring(start, StringInfo.GetNextTextElementLength(text.AsSpan(start)));
            var width = CellWidth.OfCluster(cluster);
            if (column + width > columns)
                EndRow();
            if (start == cursor)
                (cursorRow, cursorColumn) = (rows.Count, column);
            row.Append(cluster);
            column += width;
            start += cluster.Length;
        }

        // The cursor behind the last cell of a row stands on the next.
        if (column >= columns)
            EndRow();
        if (cursor >= text.Length)
            (cursorRow, cursorColumn) = (rows.Count, column);
        rows.Add(row.ToString());

        var first = Math.Clamp(cursorRow - maxRows + 1, 0, Math.Max(0, rows.Count - maxRows));
        return new PromptLayout(rows.GetRange(first, Math.Min(maxRows, rows.Count - first)), cursorRow - first, cursorColumn, first == 0);

        void EndRow()
        {
            rows.Add(row.ToString());
            row.Clear();
            column = 0;
        }
    }
}
