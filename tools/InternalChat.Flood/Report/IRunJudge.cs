namespace InternalChat.Flood.Report;

/// <summary>Decides whether a run is a success. Each failure makes the exit status 1 and is shown by every output.</summary>
internal interface IRunJudge
{
    /// <returns>A short sentence for each failure.</returns>
    IEnumerable<string> Judge(RunReport report);
}
