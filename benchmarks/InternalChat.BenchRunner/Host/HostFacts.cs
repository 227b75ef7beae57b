using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace InternalChat.BenchRunner.Host;

/// <summary>The machine and the code that figures belong to.</summary>
internal sealed record HostFacts
{
    private const string LinuxRelease = "/proc/sys/kernel/osrelease";

    public required string Processor { get; init; }

    public required int Cores { get; init; }

    public required double MemoryGibibytes { get; init; }

    public required string OperatingSystem { get; init; }

    public required string Kernel { get; init; }

    public required string DotNet { get; init; }

    public required string Commit { get; init; }

    /// <summary>The working tree differed from the commit.</summary>
    public required bool IsDirty { get; init; }

    /// <summary>The server was the native program.</summary>
    public bool IsNative { get; init; }

    /// <summary>Of the databases.</summary>
    public required string FileSystem { get; init; }

    public required double SyncMillisecondsP50 { get; init; }

    public required double SyncMillisecondsP99 { get; init; }

    /// <summary>The file system keeps nothing on a disk, so that fsync costs nothing.</summary>
    public bool IsInMemory => FileSystem is "tmpfs" or "ramfs";

    /// <param name="repository">What is measured.</param>
    /// <param name="databases">The folder of the databases.</param>
    /// <param name="isNative">The server is the native program.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    internal static async Task<HostFacts> CollectAsync(
        Repository repository, string databases, bool isNative, CancellationToken cancellationToken)
    {
        var (commit, isDirty) = await repository.StateAsync(cancellationToken);
        var (p50, p99) = SyncProbe.Measure(databases);
        return new HostFacts
        {
            Processor = Field("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Cores = Environment.ProcessorCount,
            MemoryGibibytes = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1073741824.0, 1),
            OperatingSystem = Field("/etc/os-release", "PRETTY_NAME")?.Trim('"') ?? RuntimeInformation.OSDescription,
            Kernel = File.Exists(LinuxRelease) ? "Linux " + File.ReadAllText(LinuxRelease).Trim() : Environment.OSVersion.VersionString,
            DotNet = RuntimeInformation.FrameworkDescription,
            Commit = commit,
            IsDirty = isDirty,
            IsNative = isNative,
            FileSystem = DriveInfo.GetDrives()
                .Where(drive => databases.StartsWith(drive.Name, StringComparison.Ordinal))
                .MaxBy(drive => drive.Name.Length)?.DriveFormat ?? "unknown",
            SyncMillisecondsP50 = Math.Round(p50, 3),
            SyncMillisecondsP99 = Math.Round(p99, 3),
        };
    }

    /// <summary>For people, a line each.</summary>
    internal IEnumerable<(string Name, string Value)> Describe() =>
    [
        ("Processor", $"{Processor}, {Cores} cores"),
        ("Memory", $"{MemoryGibibytes:0.0} GiB"),
        ("System", $"{OperatingSystem}, {Kernel}"),
        ("Runtime", DotNet + (IsNative ? ", the server as a native program" : "")),
        ("Commit", Commit + (IsDirty ? " with local changes" : "")),
        ("Databases on", FileSystem + (IsInMemory ? " (in memory: fsync costs nothing here)" : "")),
        ("Write and fdatasync of 4 KiB", $"p50 {SyncMillisecondsP50:0.000} ms, p99 {SyncMillisecondsP99:0.000} ms"),
    ];

    private static string? Field(string file, string name) =>
        !File.Exists(file)
            ? null
            : File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))
                ?.Split([':', '='], 2)[1].Trim();
}

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

/// <summary>How busy the whole machine is, from the kernel's counters; all 0 on systems that have no /proc.</summary>
/// <param name="LoadAverage">Over the last minute.</param>
/// <param name="Busy">Ticks that processors worked, for whomever.</param>
/// <param name="Stolen">Ticks that the hypervisor gave to other machines.</param>
/// <param name="Total">All ticks.</param>
internal readonly record struct SystemLoad(double LoadAverage, long Busy, long Stolen, long Total)
{
    private const string Counters = "/proc/stat";

    internal static SystemLoad Take()
    {
        if (!File.Exists(Counters))
            return default;
        // cpu user nice system idle iowait irq softirq steal …: guests are counted in user too.
        var ticks = File.ReadLines(Counters).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var load = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
        return new SystemLoad(load, ticks.Sum() - ticks[3] - ticks[4] - ticks[7], ticks[7], ticks.Sum());
    }

    /// <summary>Share of the processors that worked since, in percent.</summary>
    internal double BusyPercentSince(SystemLoad earlier) => Percent(Busy - earlier.Busy, earlier);

    /// <summary>Share of the processors that was taken away since, in percent.</summary>
    internal double StolenPercentSince(SystemLoad earlier) => Percent(Stolen - earlier.Stolen, earlier);

    private double Percent(long ticks, SystemLoad earlier) => Total > earlier.Total ? 100.0 * ticks / (Total - earlier.Total) : 0;
}
