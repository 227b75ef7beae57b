using System.Diagnostics;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;

namespace InternalChat.Flood.Running;

/// <summary>
/// Looks at counters, latencies and processor time once a second, and exactly at both ends of the measured time. On a thread of its
/// own, so that a full thread pool does not delay it.
/// </summary>
internal sealed class RunSampler(LoadRun run, Process? server, Action<SeriesPoint> observe)
{
    private readonly List<SeriesPoint> _series = [];

    /// <summary>At the begin of the measured time. Null where the run was stopped before.</summary>
    internal Sample? First { get; private set; }

    /// <summary>At the end of the measured time.</summary>
    internal Sample? Last { get; private set; }

    internal IReadOnlyList<SeriesPoint> Series => _series;

    /// <summary>Samples until the end of the load. The clock has begun.</summary>
    internal Task RunAsync() => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run()
    {
        var earlier = Take();
        while (earlier.TakenAt < run.Clock.End)
        {
            WaitUntil(NextAt(earlier.TakenAt));
            var now = Take();
            Add(earlier, now);
            earlier = now;
        }

        Last = earlier;
    }

    /// <summary>Whole seconds from the begin of the measured time, and the end.</summary>
    private long NextAt(long time)
    {
        var (origin, second) = (run.Clock.MeasuredFrom, Stopwatch.Frequency);
        var seconds = Math.Floor((time - origin) / (double)second) + 1;
        return Math.Min(origin + ((long)seconds * second), run.Clock.End);
    }

    private void WaitUntil(long time)
    {
        for (var rest = Rest(time); rest > TimeSpan.Zero; rest = Rest(time))
        {
            if (run.Clock.Stopped.WaitHandle.WaitOne(rest))
                return;
        }
    }

    private static TimeSpan Rest(long time)
    {
        var rest = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), time);
        return rest <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds));
    }

    /// <summary>Of the stage that a time is in; the warm-up has the first one's.</summary>
    private double? RateAsked(long time) =>
        run.Stages.Count == 0 ? null : run.Stages[Math.Max(0, run.Clock.StageOf(time))].PerSecond;

    private Sample Take()
    {
        var sample = new Sample(run.Counters.Sum(), ProcessorSample.Take(server));
        if (sample.TakenAt >= run.Clock.MeasuredFrom)
            First ??= sample;
        return sample;
    }

    private void Add(in Sample earlier, in Sample now)
    {
        var point = new SeriesPoint(
            (now.TakenAt - run.Clock.MeasuredFrom) / (double)Stopwatch.Frequency,
            now.RatesSince(earlier),
            RateAsked(earlier.TakenAt + ((now.TakenAt - earlier.TakenAt) / 2)),
            now.Counts[Counter.Connections],
            run.Latencies.TakeSinceAsked(),
            now.Processor.OwnCoresSince(earlier.Processor),
            now.Processor.ServerCoresSince(earlier.Processor),
            now.Processor.ServerMemoryBytes);
        _series.Add(point);
        observe(point);
    }
}

/// <summary>Counters and processor time at one moment.</summary>
internal readonly record struct Sample(CounterTotals Counts, ProcessorSample Processor)
{
    internal long TakenAt => Processor.TakenAt;

    /// <summary>By name, a second; 0 where no time has passed.</summary>
    internal IReadOnlyDictionary<string, double> RatesSince(in Sample earlier)
    {
        var seconds = Stopwatch.GetElapsedTime(earlier.TakenAt, TakenAt).TotalSeconds;
        var rates = new Dictionary<string, double>();
        foreach (var counter in Counters.Growing)
            rates[Counters.Name(counter)] = seconds > 0 ? (Counts[counter] - earlier.Counts[counter]) / seconds : 0;
        return rates;
    }
}
