using System.Diagnostics;

namespace InternalChat.Server.Hosting;

/// <summary>The end of a process that cannot go on.</summary>
internal static class ProcessEnd
{
    // For the runtime's account of it, and for a dump where one is asked for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Has the process end within ten seconds. The runtime first writes to standard error why it ends, and waits for ever if that is a
    /// pipe that nobody reads.
    /// </summary>
    public static void Demand() => new Thread(static () =>
    {
        Thread.Sleep(Patience);
        using var process = Process.GetCurrentProcess();
        process.Kill();
    })
    {
        IsBackground = true,
    }.Start();
}
