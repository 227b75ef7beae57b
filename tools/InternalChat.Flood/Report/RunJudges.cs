namespace InternalChat.Flood.Report;

/// <summary>Decides whether a run is a success. What has not passed makes the exit status 1; every output shows all.</summary>
internal interface IRunJudge
{
    IEnumerable<Verdict> Judge(RunReport report);
}

/// <summary>One thing that was asked of a run.</summary>
/// <param name="Sentence">Short: what was found, and what should have been.</param>
/// <param name="IsPassed">Whether it was so.</param>
internal sealed record Verdict(string Sentence, bool IsPassed)
{
    internal static Verdict Failed(string sentence) => new(sentence, IsPassed: false);
}

/// <summary>
/// What every run has to satisfy, named only where it does not:
/// the checks, no ERROR that was not expected, and the load that was asked for.
/// </summary>
internal sealed class SoundnessJudge : IRunJudge
{
    public IEnumerable<Verdict> Judge(RunReport report)
    {
        foreach (var check in report.Checks.Where(check => !check.IsPassed))
        {
            var remedy = check.Count == 0 ? ": there have to be some" : "";
            yield return Verdict.Failed($"{check.Count:N0} {ReportText.Words(check.Name)}{remedy}");
        }

        if (report.Errors.Count > 0)
            yield return Verdict.Failed($"{report.Errors.Values.Sum():N0} errors{Remedy(report.Errors)}");
        if (report.Schedule is { IsKeptUp: false } schedule)
            yield return Verdict.Failed($"the load could not be kept up: {Shortfall(schedule)}; the latencies are of what was sent");
        foreach (var stage in report.Stages.Where(stage => stage.Schedule is { IsKeptUp: false }))
        {
            yield return Verdict.Failed(
                $"stage {stage.Name} ({stage.RateAsked:0.##}/s) could not be kept up: {Shortfall(stage.Schedule!)}");
        }
    }

    /// <summary>What everybody meets who loads a server that is set up for people.</summary>
    private static string Remedy(IReadOnlyDictionary<string, long> errors) =>
        errors.ContainsKey("RATE_LIMIT") ? ": the server limits each user's messages, start it with --rate-limit off"
        : errors.ContainsKey("MAILBOX_FULL") ? ": the server limits what waits for a user, start it with --max-pending off"
        : "";

    private static string Shortfall(ScheduleReport schedule) =>
        $"of {schedule.Due:N0} sends {schedule.NeverSent:N0} were never sent, {schedule.Behind:N0} fell behind";
}

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
