using System.Diagnostics;

namespace InternalChat.Flood.Measurement;

/// <summary>How well open loops keep to their schedules, of what is due in the measured time. Any thread.</summary>
internal sealed class ScheduleTally(RunClock clock)
{
    /// <summary>A send later than this after its due time fell behind.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(1);

    private readonly ScheduleCounts[] _stages = [.. Enumerable.Range(0, clock.Stages).Select(_ => new ScheduleCounts())];
    private readonly Lock _gate = new();

    /// <summary>Over all stages.</summary>
    internal ScheduleCounts Total
    {
        get
        {
            lock (_gate)
                return _stages.Aggregate((sum, stage) => sum + stage);
        }
    }

    /// <summary>Of what was due in one stage.</summary>
    internal ScheduleCounts Of(int stage)
    {
        lock (_gate)
            return _stages[stage];
    }

    internal void Send(in SendTimes times)
    {
        var dueIn = clock.StageOf(times.IntendedAt);
        var delay = Stopwatch.GetElapsedTime(times.IntendedAt, times.SentAt);
        var isBehind = delay > Tolerance;
        var sentIn = isBehind ? clock.StageOf(times.SentAt) : dueIn;
        lock (_gate)
        {
            if (dueIn >= 0)
                _stages[dueIn] += new ScheduleCounts { Due = 1, Behind = isBehind ? 1 : 0, WorstDelay = delay };
            if (sentIn >= 0)
                _stages[sentIn] += new ScheduleCounts { Sent = 1 };
        }
    }

    /// <summary>What was due then could not be sent until the end.</summary>
    internal void Omit(long dueAt)
    {
        if (clock.StageOf(dueAt) is not (>= 0 and var stage))
            return;
        lock (_gate)
            _stages[stage] += new ScheduleCounts { Due = 1, NeverSent = 1 };
    }
}

/// <summary>What became of the sends of a stage.</summary>
internal readonly record struct ScheduleCounts
{
    internal long Due { get; init; }

    /// <summary>Of those that were due.</summary>
    internal long Behind { get; init; }

    /// <summary>Of those that were due.</summary>
    internal long NeverSent { get; init; }

    /// <summary>Sends that happened in this stage, whenever they were due.</summary>
    internal long Sent { get; init; }

    /// <summary>Of those that were due and sent.</summary>
    internal TimeSpan WorstDelay { get; init; }

    public static ScheduleCounts operator +(in ScheduleCounts one, in ScheduleCounts other) => new()
    {
        Due = one.Due + other.Due,
        Behind = one.Behind + other.Behind,
        NeverSent = one.NeverSent + other.NeverSent,
        Sent = one.Sent + other.Sent,
        WorstDelay = one.WorstDelay > other.WorstDelay ? one.WorstDelay : other.WorstDelay,
    };
}
