namespace InternalChat.Flood;

/// <summary>What the process tells its caller.</summary>
internal static class ExitStatus
{
    internal const int Success = 0;

    /// <summary>The report has failures (<see cref="Report.RunReport.Failures"/>), or there is none.</summary>
    internal const int Failure = 1;

    internal const int Usage = 2;
}
