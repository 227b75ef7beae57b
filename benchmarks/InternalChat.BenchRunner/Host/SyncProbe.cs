using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace InternalChat.BenchRunner.Host;

/// <summary>
/// What one durable write costs on a file system: 4 KiB written over bytes that the file already has, then fdatasync, as the server's
/// recycled write-ahead log does.
/// </summary>
internal static class SyncProbe
{
    private const int BlockBytes = 4_096;
    private const int Blocks = 256;
    private const int MaxWrites = 1_000;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(2);

    /// <returns>Percentiles in milliseconds.</returns>
    internal static (double P50, double P99) Measure(string folder)
    {
        var path = Path.Combine(folder, "sync-probe");
        var block = new byte[BlockBytes];
        var times = new List<double>();
        try
        {
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
            for (var index = 0; index < Blocks; index++)
                RandomAccess.Write(file, block, (long)index * BlockBytes);
            RandomAccess.FlushToDisk(file);
            var started = Stopwatch.GetTimestamp();
            for (var index = 0; index < MaxWrites && Stopwatch.GetElapsedTime(started) < MaxTime; index++)
            {
                var before = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, block, (long)(index % Blocks) * BlockBytes);
                Synchronize(file);
                times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            }
        }
        finally
        {
            File.Delete(path);
        }

        times.Sort();
        return (times[times.Count / 2], times[times.Count * 99 / 100]);
    }

    private static void Synchronize(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
            RandomAccess.FlushToDisk(file);
        else if (SynchronizeData(file) != 0)
            throw new IOException("fdatasync failed");
    }

    [DllImport("libc", EntryPoint = "fdatasync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SynchronizeData(SafeFileHandle file);
}
