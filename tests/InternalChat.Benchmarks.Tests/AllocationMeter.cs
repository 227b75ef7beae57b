using System.Diagnostics;

namespace InternalChat.Benchmarks.Tests;

/// <summary>What an operation allocates in steady state, on whatever thread.</summary>
internal static class AllocationMeter
{
    private const int Rounds = 20;

    // What timers allocate in a second, at most: an operation that waits for a disk has many of them in each round.
    private const double TimersPerSecond = 1_024;

    // Of processor time: beside other work a round is as long as on a quiet machine, counted in operations.
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Measures until a round is within the budget. What an operation allocates shows in every round; what the runtime, the test
    /// platform or a timer does beside (a pool refilled after a collection, a line printed) does not.
    /// </summary>
    /// <param name="invoke">The operations; allocates nothing itself.</param>
    /// <param name="operations">How many one call is.</param>
    /// <param name="budget">Bytes an operation that are enough.</param>
    /// <returns>Bytes an operation: of the first round within the budget, or else the least of all rounds.</returns>
    public static double BytesPerOperation(Action invoke, int operations, double budget)
    {
        RunFor(WarmUp, invoke);
        var least = double.MaxValue;
        for (var round = 0; round < Rounds && least > budget; round++)
        {
            var (before, begun) = (GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
            var invocations = RunFor(Round, invoke);
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            var ofTimers = TimersPerSecond * Stopwatch.GetElapsedTime(begun).TotalSeconds;
            least = Math.Min(least, Math.Max(0, allocated - ofTimers) / invocations / operations);
        }

        return least;
    }

    private static long RunFor(TimeSpan time, Action invoke)
    {
        var start = Environment.CpuUsage.TotalTime;
        var invocations = 0L;
        do
        {
            invoke();
            invocations++;
        }
        while (Environment.CpuUsage.TotalTime - start < time);
        return invocations;
    }
}
