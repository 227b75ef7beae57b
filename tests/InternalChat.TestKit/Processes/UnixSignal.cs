using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace InternalChat.TestKit.Processes;

internal static class UnixSignal
{
    private const int SigTerm = 15;

    public static void Terminate(Process process)
    {
        if (Kill(process.Id, SigTerm) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"SIGTERM to process {process.Id} failed.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
