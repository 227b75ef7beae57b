namespace InternalChat.BenchRunner.CommandLine;

/// <summary>What may be typed shorter: a bare name is a filter of the micro benchmarks.</summary>
internal static class Shortcuts
{
    /// <param name="arguments">As they were typed.</param>
    /// <param name="commands">The names of the subcommands.</param>
    internal static string[] Expand(string[] arguments, IEnumerable<string> commands) => arguments switch
    {
        [] => ["micro"],
        ["--list"] => ["list"],
        ["--compare", .. var rest] => ["compare", .. rest],
        ["--quick", ..] => ["all", .. arguments],
        [['-', ..], ..] => arguments,
        [var first, ..] when commands.Contains(first) => arguments,
        _ => ["micro", .. arguments],
    };
}
