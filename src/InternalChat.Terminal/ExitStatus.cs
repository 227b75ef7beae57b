namespace InternalChat.Terminal;

/// <summary>What the process returns; part of what scripts rely on, and told by <c>--help</c>.</summary>
internal static class ExitStatus
{
    internal const int Success = 0;
    internal const int Failed = 1;
    internal const int Usage = 2;
    internal const int NotAuthenticated = 3;
}
