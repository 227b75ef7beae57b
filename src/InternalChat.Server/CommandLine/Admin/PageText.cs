using System.Globalization;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary>Lists for people: figures, times and where a page ends.</summary>
internal static class PageText
{
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Time(DateTime? utc) => utc?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A table, and how to ask for what follows.</summary>
    public static string Page(string[] heading, IEnumerable<string[]> rows, string? next) =>
        TextTable.Format(heading, rows) + (next is null ? "" : $"more with --after {next}\n");
}
