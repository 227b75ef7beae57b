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
