using System.Diagnostics;
using System.Runtime.InteropServices;

namespace InternalChat.Flood.Measurement;

/// <summary>Sleeps that end within some 10 µs of their time: .NET's own last a millisecond, as long as what is measured.</summary>
internal static class PreciseSleep
{
    private const int SetTimerSlack = 29;

    /// <summary>Asks the kernel not to delay this thread's timers by the usual 50 µs.</summary>
    internal static void PrepareThread()
    {
        if (OperatingSystem.IsLinux())
            _ = ControlProcess(SetTimerSlack, 1, 0, 0, 0);
    }

    /// <param name="timestamp">In Stopwatch ticks; returns at once where it has passed.</param>
    internal static void WaitUntil(long timestamp)
    {
        var time = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp);
        if (time <= TimeSpan.Zero)
            return;
        if (!OperatingSystem.IsLinux())
        {
            Thread.Sleep(time);
            return;
        }

        var request = new TimeSpecification((long)time.TotalSeconds, time.Ticks % TimeSpan.TicksPerSecond * 100);
        _ = Sleep(in request, 0);
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sleep(in TimeSpecification request, nint remaining);

    [DllImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ControlProcess(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpecification(long Seconds, long Nanoseconds);
}
