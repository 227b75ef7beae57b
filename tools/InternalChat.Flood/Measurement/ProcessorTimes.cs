using System.Diagnostics;

namespace InternalChat.Flood.Measurement;

/// <summary>Processor time that this tool and the server had used at one moment.</summary>
internal readonly record struct ProcessorTimes(long TakenAt, TimeSpan Own, TimeSpan? Server)
{
    internal static ProcessorTimes Take(Process? server)
    {
        TimeSpan? serverTime = null;
        server?.Refresh();
        if (server is { HasExited: false })
            serverTime = server.TotalProcessorTime;
        return new ProcessorTimes(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, serverTime);
    }

    /// <summary>Cores in use on average since an earlier moment.</summary>
    internal double OwnCoresSince(in ProcessorTimes earlier) => (Own - earlier.Own) / Stopwatch.GetElapsedTime(earlier.TakenAt, TakenAt);

    /// <summary>Cores in use on average since an earlier moment; null where the server is not watched or gone.</summary>
    internal double? ServerCoresSince(in ProcessorTimes earlier) =>
        (Server - earlier.Server) / Stopwatch.GetElapsedTime(earlier.TakenAt, TakenAt);
}
