using System.Diagnostics;
using System.Globalization;
using Microsoft.Diagnostics.Runtime;

namespace InternalChat.Benchmarks.IdleSessions;

/// <summary>What is alive on this process's heap.</summary>
internal static class LiveHeap
{
    /// <summary>The subcommand by which this program lists the objects of another process.</summary>
    public const string ListCommand = "list-heap";

    /// <summary>Bytes of all live objects.</summary>
    public static long Bytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>
    /// Count and bytes of the objects of each type. A second process reads them, for the runtime's own inspection library cannot look at
    /// the process that it runs in; nothing else may run here meanwhile.
    /// </summary>
    /// <exception cref="InvalidOperationException">The system does not let one process read another.</exception>
    public static async Task<Dictionary<string, TypeShare>> ByTypeAsync()
    {
        Bytes();
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(LiveHeap).Assembly.Location);
        start.ArgumentList.Add(ListCommand);
        start.ArgumentList.Add(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start)!;
        var types = new Dictionary<string, TypeShare>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            var fields = line.Split('\t');
            types[fields[2]] = new TypeShare(
                long.Parse(fields[0], CultureInfo.InvariantCulture), long.Parse(fields[1], CultureInfo.InvariantCulture));
        }

        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? types : throw new InvalidOperationException("The heap could not be read from another process.");
    }

    /// <summary>Prints the objects of another process, one type a line: count, bytes, name.</summary>
    /// <returns>The exit status.</returns>
    public static int List(string processId)
    {
        var types = new Dictionary<string, TypeShare>();
        using var process = DataTarget.AttachToProcess(int.Parse(processId, CultureInfo.InvariantCulture), suspend: false);
        using var runtime = process.ClrVersions.Single().CreateRuntime();
        foreach (var item in runtime.Heap.EnumerateObjects())
        {
            if (!item.IsValid || item.IsFree)
                continue;
            var name = item.Type?.Name ?? "(unknown)";
            var share = types.GetValueOrDefault(name);
            types[name] = new TypeShare(share.Count + 1, share.Bytes + (long)item.Size);
        }

        foreach (var (name, share) in types)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{share.Count}\t{share.Bytes}\t{name}"));
        return 0;
    }
}

/// <summary>The objects of one type.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Bytes">Their size together.</param>
internal readonly record struct TypeShare(long Count, long Bytes);
