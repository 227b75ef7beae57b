using System.Globalization;
using InternalChat.Terminal.Output;

namespace InternalChat.Client.Tests.Harness;

/// <summary>As much of a terminal as the client uses: what the user would see. Throws on a sequence that it does not know.</summary>
internal sealed class TerminalEmulator(int columns, int rows)
{
    private readonly List<string[]> _lines = [.. Enumerable.Range(0, rows).Select(_ => NewLine(columns))];
    private string _unfinished = "";

    internal int Row { get; private set; }

    internal int Column { get; private set; }

    /// <summary>The screen's rows, without what is blank at their ends and below them.</summary>
    internal string[] Screen
    {
        get
        {
            var screen = _lines.TakeLast(rows).Select(line => string.Concat(line).TrimEnd()).ToList();
            while (screen.Count > 0 && screen[^1].Length == 0)
                screen.RemoveAt(screen.Count - 1);
            return [.. screen];
        }
    }

    internal string[] ScrolledAway => [.. _lines.SkipLast(rows).Select(line => string.Concat(line).TrimEnd())];

    internal void Feed(string output)
    {
        var text = _unfinished + output;
        _unfinished = "";
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '\e')
            {
                var end = SequenceEnd(text, i);
                if (end < 0)
                {
                    _unfinished = text[i..];
                    return;
                }

                Obey(text[i..end]);
                i = end;
                continue;
            }

            var cluster = text.Substring(i, StringInfo.GetNextTextElementLength(text.AsSpan(i)));
            // A cluster may go on in the next piece of output.
            if (i + cluster.Length == text.Length && cluster[^1] > '\x7F' && char.IsHighSurrogate(cluster[^1]))
            {
                _unfinished = cluster;
                return;
            }

            i += cluster.Length;
            foreach (var part in cluster is "\r\n" ? new[] { "\r", "\n" } : [cluster])
                Show(part);
        }
    }

    private static string[] NewLine(int columns) => [.. Enumerable.Repeat(" ", columns)];

    private static int SequenceEnd(string text, int start)
    {
        if (start + 1 >= text.Length)
            return -1;
        if (text[start + 1] != '[')
            return start + 2;
        for (var i = start + 2; i < text.Length; i++)
        {
            if (text[i] is >= '@' and <= '~')
                return i + 1;
        }

        return -1;
    }

    private string[] Line(int row) => _lines[_lines.Count - rows + row];

    private void Show(string cluster)
    {
        switch (cluster)
        {
            case "\r":
                Column = 0;
                return;
            case "\n":
                Down();
                return;
            case "\a":
                return;
        }

        Assert.False(char.IsControl(cluster[0]), $"a control character: U+{(int)cluster[0]:X4}");
        var width = CellWidth.OfCluster(cluster);
        if (Column + width > columns)
        {
            Column = 0;
            Down();
        }

        Line(Row)[Column] = cluster;
        if (width == 2)
            Line(Row)[Column + 1] = "";
        Column += width;
    }

    private void Down()
    {
        if (Row < rows - 1)
            Row++;
        else
            _lines.Add(NewLine(columns));
    }

    private void Obey(string sequence)
    {
        var final = sequence[^1];
        var arguments = sequence.Length > 3 ? sequence[2..^1] : "";
        var count = int.TryParse(arguments, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;
        switch (final)
        {
            case 'm' or 'h' or 'l' or '=' or '>':
                break;
            case 'A':
                Row = Math.Max(0, Row - count);
                break;
            case 'B':
                Row = Math.Min(rows - 1, Row + count);
                break;
            case 'C':
                Column = Math.Min(columns - 1, Column + count);
                break;
            case 'H' when arguments.Length == 0:
                (Row, Column) = (0, 0);
                break;
            case 'J':
                Erase(arguments == "2" ? 0 : Row, arguments == "2" ? 0 : Column);
                break;
            default:
                Assert.Fail("an unknown sequence: " + sequence.Replace("\e", "ESC ", StringComparison.Ordinal));
                break;
        }
    }

    private void Erase(int fromRow, int fromColumn)
    {
        for (var row = fromRow; row < rows; row++)
            Array.Fill(Line(row), " ", row == fromRow ? fromColumn : 0, columns - (row == fromRow ? fromColumn : 0));
    }
}
