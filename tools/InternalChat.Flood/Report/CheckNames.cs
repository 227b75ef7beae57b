namespace InternalChat.Flood.Report;

/// <summary>The names that a <see cref="Check"/> of any scenario may have; a threshold for another is wrong usage.</summary>
internal static class CheckNames
{
    private static readonly string[] OfMessages =
    [
        "sent", "acknowledged", "rejected", "of_other_runs", "unanswered",
        "lost", "duplicated", "reordered", "corrupted", "missing_receipts",
    ];

    private static readonly string[] OfThoseAway = [.. OfMessages, "handed_over", "handed_over_per_second", "visits", "without_goodbye"];

    private static readonly string[] OfHistory =
        ["histories", "rejected", "unanswered", "wrong_counts", "out_of_order", "corrupted"];

    internal static IReadOnlySet<string> All { get; } = new HashSet<string>(
    [
        .. OfThoseAway,
        .. OfHistory,
        "presence_changes", "wrong_final_states",
        "logins", "online_at_the_end", "not_online_at_the_end", "milliseconds_until_all_online",
        "alive_at_the_end", "not_alive_at_the_end", "server_bytes_for_each_connection",
        .. After("away_", OfThoseAway),
        .. After("history_", OfHistory),
        .. After("list_", ["answered", "unanswered", "wrong"]),
        .. After("slow_", [.. OfMessages, "held_back", "closed"]),
        "connections_lost",
    ]);

    private static IEnumerable<string> After(string prefix, string[] names) => names.Select(name => prefix + name);
}
