namespace InternalChat.Flood.Report;

/// <summary>
/// What every run has to satisfy, named only where it does not:
/// the checks, no ERROR that was not expected, and the load that was asked for.
/// </summary>
internal sealed class SoundnessJudge : IRunJudge
{
    public IEnumerable<Verdict> Judge(RunReport report)
    {
        foreach (var check in report.Checks.Where(check => !check.IsPassed))
            yield return Verdict.Failed($"{check.Count:N0} {Words(check.Name)}{(check.Count == 0 ? ": there have to be some" : "")}");
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

    private static string Words(string name) => name.Replace('_', ' ');
}
