using System.CommandLine;

namespace InternalChat.Server.CommandLine;

/// <summary><c>internalchat db …</c>: look after the database file.</summary>
internal static class DatabaseCommand
{
    public static Command Create() => new("db", "Look after the database file")
    {
    };
}
