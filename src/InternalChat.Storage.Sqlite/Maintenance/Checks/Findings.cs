namespace InternalChat.Storage.Sqlite.Maintenance.Checks;

/// <summary>What a check finds: the first so many as sentences, all of them counted.</summary>
internal sealed class Findings(Action<string> report)
{
    private const int MostReported = 100;

    public int Count { get; private set; }

    public void Add(FormattableString finding)
    {
        if (Count++ < MostReported)
            report(FormattableString.Invariant(finding));
        else if (Count == MostReported + 1)
            report("… and more, which are only counted.");
    }
}
