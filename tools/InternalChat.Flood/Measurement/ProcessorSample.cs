using System.ComponentModel;
using System.Diagnostics;

namespace InternalChat.Flood.Measurement;

/// <summary>Processor time that this tool and the server had used at one moment, and the server's memory then.</summary>
internal readonly record struct ProcessorSample(long TakenAt, TimeSpan Own, TimeSpan? Server, long? ServerMemoryBytes)
{
    /// <param name="server">Null where the server is not watched.</param>
    internal static ProcessorSample Take(Process? server)
    {
        TimeSpan? serverTime = null;
        long? memory = null;
        try
        {
            server?.Refresh();
            if (server is { HasExited: false })
                (serverTime, memory) = (server.TotalProcessorTime, server.WorkingSet64);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            // It ended between the question and the answer.
        }

        return new ProcessorSample(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, serverTime, memory);
    }

    /// <summary>Cores in use on average since an earlier moment; 0 where no time has passed.</summary>
    internal double OwnCoresSince(in ProcessorSample earlier) => Cores(Own - earlier.Own, earlier);

    /// <summary>Cores in use on average since an earlier moment; null where the server is not watched or gone.</summary>
    internal double? ServerCoresSince(in ProcessorSample earlier) =>
        Server - earlier.Server is { } used ? Cores(used, earlier) : null;

    private double Cores(TimeSpan used, in ProcessorSample earlier) =>
        TakenAt > earlier.TakenAt ? used / Stopwatch.GetElapsedTime(earlier.TakenAt, TakenAt) : 0;
}
