using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace InternalChat.TestKit.Processes;

/// <summary>Sends signals to processes that the tests have started.</summary>
public static class UnixSignal
{
    public const int HangUpNumber = 1;
    public const int InterruptNumber = 2;
    public const int TerminateNumber = 15;

    public static void HangUp(Process process) => Send(process, HangUpNumber, "SIGHUP");

    public static void Terminate(Process process) => Send(process, TerminateNumber, "SIGTERM");

    public static void Send(Process process, int signal) => Send(process, signal, $"signal {signal}");

    private static void Send(Process process, int signal, string name)
    {
        if (Kill(process.Id, signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{name} to process {process.Id} failed.");
    }

    /// <summary>
    /// Whether the tests were started with a signal ignored: SIGINT and SIGQUIT by <c>&amp;</c> in a script, SIGHUP by nohup. Then what
    /// they start ignores it too.
    /// </summary>
    public static bool IsIgnored(int signal)
    {
        const string Field = "SigIgn:";
        if (!OperatingSystem.IsLinux())
            return false;
        var line = File.ReadLines("/proc/self/status").Single(static line => line.StartsWith(Field, StringComparison.Ordinal));
        return (Convert.ToUInt64(line[Field.Length..].Trim(), fromBase: 16) & (1UL << (signal - 1))) != 0;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
