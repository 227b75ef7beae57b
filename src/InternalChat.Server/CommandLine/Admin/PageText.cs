namespace InternalChat.Server.CommandLine.Admin;

/// <summary>Lists for people that come in pages.</summary>
internal static class PageText
{
    /// <summary>A table, and how to ask for what follows.</summary>
    public static string Page(string[] heading, IEnumerable<string[]> rows, string? next) =>
        TextTable.Format(heading, rows) + (next is null ? "" : $"more with --after {next}\n");
}
