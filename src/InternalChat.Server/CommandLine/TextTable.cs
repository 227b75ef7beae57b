namespace InternalChat.Server.CommandLine;

/// <summary>Rows in columns, for people and for <c>awk</c>: two spaces between columns, none at the end.</summary>
internal static class TextTable
{
    public static string Format(string[] heading, IEnumerable<string[]> rows)
    {
        string[][] lines = [heading, .. rows];
        var widths = heading.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        return string.Concat(lines.Select(
            line => string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n"));
    }
}
