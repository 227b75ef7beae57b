using System.Runtime.InteropServices;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>Which threads of the tests let everybody else have the processor first, where threads have a niceness: on Linux.</summary>
internal static class Niceness
{
    private const int Lowest = 19;

    [ThreadStatic]
    private static bool _isLowered;

    /// <summary>Lowers the priority of the current thread for good.</summary>
    public static void Lower()
    {
        if (_isLowered || !OperatingSystem.IsLinux())
            return;
        _isLowered = true;
        _ = SetPriority(which: 0, who: 0, Lowest);
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int priority);
}
