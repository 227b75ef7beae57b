using System.CommandLine;

namespace InternalChat.Server.CommandLine;

/// <summary><c>internalchat admin …</c>: ask and tell a server that runs.</summary>
internal static class AdminCommand
{
    public static Command Create() => new("admin", "Ask and tell a server that runs")
    {
    };
}
