using System.Diagnostics;

namespace InternalChat.Server.CommandLine.Database;

/// <summary>For work that may go on beside a server: what the server wants of the processor comes first.</summary>
internal static class BackgroundPriority
{
    /// <summary>
    /// Gives way from here on. On Linux that is niceness 10 of the thread that the program began on, which is the one that works.
    /// </summary>
    public static void Take()
    {
        using var process = Process.GetCurrentProcess();
        // One that somebody has made nicer still may not be raised.
        if (process.PriorityClass == ProcessPriorityClass.Normal)
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
    }
}
