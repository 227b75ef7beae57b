using System.Diagnostics;

namespace InternalChat.BenchRunner.Peers;

/// <summary>The times of a load, in Stopwatch ticks.</summary>
internal sealed record RedisClock(long Start, TimeSpan WarmUp, TimeSpan Duration)
{
    internal long End => MeasuredFrom + Ticks(Duration);

    private long MeasuredFrom => Start + Ticks(WarmUp);

    internal bool IsMeasured(long moment) => moment >= MeasuredFrom && moment < End;

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
