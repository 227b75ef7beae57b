using System.Runtime.InteropServices;

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
