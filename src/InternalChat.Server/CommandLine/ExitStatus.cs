namespace InternalChat.Server.CommandLine;

/// <summary>What the program tells its caller.</summary>
internal static class ExitStatus
{
    /// <summary>Did what it was asked for; of a server: stopped because it was asked to.</summary>
    public const int Success = 0;

    /// <summary>Could not do it: the port is in use, the database is refused.</summary>
    public const int Failure = 1;

    /// <summary>The command line or a setting is wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>No server answers to be asked.</summary>
    public const int Unreachable = 3;
}
