using System.CommandLine;
using System.Runtime.InteropServices;
using InternalChat.Server.Hosting;
using InternalChat.Storage.Sqlite;

namespace InternalChat.Server.CommandLine;

/// <summary><c>internalchat version</c>: what a bug report wants to know.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Print the versions of this program and of what it is built on");
        command.SetAction(static _ =>
        {
            Console.Out.WriteLine($"internalchat {ProgramVersion.Text}");
            Console.Out.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
            Console.Out.WriteLine($"SQLite {ChatDatabase.SqliteVersion}");
            return ExitStatus.Success;
        });
        return command;
    }
}
