using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace InternalChat.TestKit.Processes;

internal static class UnixSignal
{
    private const int SigHup = 1;
    private const int SigTerm = 15;

    public static void HangUp(Process process) => Send(process, SigHup, "SIGHUP");

    public static void Terminate(Process process) => Send(process, SigTerm, "SIGTERM");

    public static void Send(Process process, int signal) => Send(process, signal, $"signal {signal}");

    private static void Send(Process process, int signal, string name)
    {
        if (Kill(process.Id, signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{name} to process {process.Id} failed.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
