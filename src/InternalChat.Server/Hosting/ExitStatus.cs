namespace InternalChat.Server.Hosting;

/// <summary>What the program tells its caller.</summary>
internal static class ExitStatus
{
    /// <summary>Stopped because it was asked to.</summary>
    public const int Success = 0;

    /// <summary>Could not start: the port is in use, the database is refused.</summary>
    public const int Failure = 1;

    /// <summary>A setting is wrong.</summary>
    public const int WrongUsage = 2;
}
