using System.Globalization;

namespace InternalChat.Server.CommandLine;

/// <summary>Rows in columns, for people and for <c>awk</c>: two spaces between columns, none at the end.</summary>
internal static class TextTable
{
    /// <summary>A page of a list, and how to ask for the next.</summary>
    public static string Page(string[] heading, IEnumerable<string[]> rows, string? next) =>
        Format(heading, rows) + (next is null ? "" : $"more with --after {next}\n");

    public static string Format(string[] heading, IEnumerable<string[]> rows)
    {
        string[][] lines = [heading, .. rows];
        var widths = heading.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        return string.Concat(lines.Select(
            line => string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n"));
    }
}

/// <summary>Figures for people: numbers, sizes, times and durations, the same in every country.</summary>
internal static class FigureText
{
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Time(DateTime? utc) => utc?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-";

    public static string Size(long bytes) => bytes switch
    {
        < 1 << 20 => Size(bytes, 1 << 10, "KiB"),
        < 1 << 30 => Size(bytes, 1 << 20, "MiB"),
        _ => Size(bytes, 1 << 30, "GiB"),
    };

    public static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:F1} s");

    private static string Size(long bytes, double unit, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / unit:F1} {name}");
}
