using System.Runtime.InteropServices;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>Which threads of the tests let everybody else have the processor first, at once, where there is such a policy: on Linux.</summary>
internal static class Niceness
{
    // SCHED_IDLE of sched(7). A thread of the lowest niceness would still use up its slice, some milliseconds, before a thread that has
    // been woken runs.
    private const int OnlyWhenIdle = 5;

    [ThreadStatic]
    private static bool _isLowered;

    /// <summary>Has the current thread run only when nobody else wants to, for good.</summary>
    public static void Lower()
    {
        if (_isLowered || !OperatingSystem.IsLinux())
            return;
        _isLowered = true;
        var noPriority = 0;
        _ = SetScheduler(thread: 0, OnlyWhenIdle, in noPriority);
    }

    [DllImport("libc", EntryPoint = "sched_setscheduler")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetScheduler(int thread, int policy, in int parameters);
}
