using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace InternalChat.Terminal.Output;

/// <summary>How many cells of a terminal a text takes. A grapheme cluster (a base with its marks, an emoji) takes 0 to 2.</summary>
internal static class CellWidth
{
    /// <summary>Cells of a text without control characters, on a line that is long enough.</summary>
    internal static int Of(string text)
    {
        if (Ascii.IsValid(text))
            return text.Length;
        var cells = 0;
        for (var start = 0; start < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text.AsSpan(start));
            cells += OfCluster(text.Substring(start, length));
            start += length;
        }

        return cells;
    }

    /// <summary>Cells of one grapheme cluster.</summary>
    internal static int OfCluster(string cluster) =>
        cluster.Length == 1 && cluster[0] < 0x7F ? 1 : Math.Min(2, new Segment(cluster).CellCount());

    /// <summary>Rows that a text fills where the terminal wraps it: a wide cluster that does not fit goes to the next row whole.</summary>
    internal static int RowsOf(string text, int columns)
    {
        if (Ascii.IsValid(text))
            return Math.Max(1, (text.Length + columns - 1) / columns);
        var rows = 1;
        var column = 0;
        for (var start = 0; start < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text.AsSpan(start));
            var width = OfCluster(text.Substring(start, length));
            if (column + width > columns)
            {
                rows++;
                column = 0;
            }

            column += width;
            start += length;
        }

        return rows;
    }
}
