namespace InternalChat.Flood;

/// <summary>What the process tells its caller.</summary>
internal static class ExitStatus
{
    internal const int Success = 0;

    /// <summary>Something was lost, twice, out of order, corrupted or never receipted; or the load could not be put on.</summary>
    internal const int Failure = 1;

    internal const int Usage = 2;
}
