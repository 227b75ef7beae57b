using System.Diagnostics;

namespace InternalChat.Flood.Measurement;

/// <summary>
/// When each command of an open loop is due. Clients take turns, so each has a phase of its own and the whole is even: no bursts.
/// Immutable.
/// </summary>
internal sealed class SendSchedule
{
    private readonly Step[] _steps;

    /// <summary>At one rate.</summary>
    /// <param name="start">Stopwatch ticks of the first command.</param>
    /// <param name="perSecond">Over all clients.</param>
    /// <param name="clients">How many take turns.</param>
    internal SendSchedule(long start, double perSecond, int clients)
        : this([(start, perSecond)], clients)
    {
    }

    /// <summary>At one rate after another.</summary>
    /// <param name="rates">From which time on, in Stopwatch ticks, how many a second over all clients; the last one has no end.</param>
    /// <param name="clients">How many take turns.</param>
    internal SendSchedule(IReadOnlyList<(long From, double PerSecond)> rates, int clients)
    {
        Clients = clients;
        _steps = new Step[rates.Count];
        for (var i = 0; i < _steps.Length; i++)
        {
            var (from, perSecond) = rates[i];
            _steps[i] = new Step(from, Stopwatch.Frequency / perSecond, i == 0 ? 0 : _steps[i - 1].FirstIndexFrom(from));
        }
    }

    internal int Clients { get; }

    /// <summary>How many commands there are in all.</summary>
    internal long Count { get; init; } = long.MaxValue;

    /// <summary>
    /// When command <paramref name="index"/> of the whole load is due, in Stopwatch ticks; never where there are not so many.
    /// </summary>
    internal long DueAt(long index)
    {
        if (index >= Count)
            return long.MaxValue;
        var step = _steps.Length - 1;
        while (_steps[step].FirstIndex > index)
            step--;
        return _steps[step].DueAt(index);
    }

    /// <summary>Who sends command <paramref name="index"/> of the whole load.</summary>
    internal int ClientOf(long index) => (int)(index % Clients);

    /// <param name="From">In Stopwatch ticks, as the next.</param>
    /// <param name="Interval">Between two commands.</param>
    /// <param name="FirstIndex">Of the command that is due when the step begins.</param>
    private readonly record struct Step(long From, double Interval, long FirstIndex)
    {
        // What is due exactly when the next step begins is the next step's; so is what rounding puts a tick before.
        private const double Rounding = 1e-6;

        internal long DueAt(long index)
        {
            // At a very low rate further away than the clock can count.
            var passed = (index - FirstIndex) * Interval;
            return passed < long.MaxValue - From ? From + (long)passed : long.MaxValue;
        }

        internal long FirstIndexFrom(long time) => FirstIndex + (long)Math.Ceiling(((time - From) / Interval) - Rounding);
    }
}

/// <summary>A part of the measured time in which an open loop has one rate.</summary>
/// <param name="Duration">How long it lasts.</param>
/// <param name="PerSecond">Commands over all clients.</param>
internal sealed record RateStage(TimeSpan Duration, double PerSecond)
{
    /// <summary>How many commands are due in it: the first when it begins, none when it ends.</summary>
    internal long Due => (long)Math.Ceiling((Duration.TotalSeconds * PerSecond) - 1e-6);
}

/// <summary>How much an open loop sends: at one rate, or at that of each stage. Immutable.</summary>
internal sealed class SendRate
{
    private readonly IReadOnlyList<RateStage> _stages;

    /// <summary>The same all the time.</summary>
    internal SendRate(double perSecond)
        : this([new RateStage(TimeSpan.MaxValue, perSecond)])
    {
    }

    /// <param name="stages">At least one. The warm-up has the rate of the first.</param>
    internal SendRate(IReadOnlyList<RateStage> stages) => _stages = stages;

    /// <summary>Whether it is the rate of each stage.</summary>
    internal bool HasStages => _stages[0].Duration < TimeSpan.MaxValue;

    /// <summary>One command of each client in so much time.</summary>
    /// <returns>Null where there is no client, or the time is zero, for never.</returns>
    internal static SendRate? OncePer(TimeSpan interval, int clients) =>
        clients > 0 && interval > TimeSpan.Zero ? new SendRate(clients / interval.TotalSeconds) : null;

    /// <summary>A part of it.</summary>
    /// <param name="share">Above 0.</param>
    internal SendRate Times(double share) =>
        new([.. _stages.Select(stage => stage with { PerSecond = stage.PerSecond * share })]);

    /// <summary>From the begin of the warm-up.</summary>
    internal SendSchedule Schedule(RunClock clock, int clients) => ScheduleFrom(clock, clock.Start, clients);

    /// <summary>From the begin of the measured time, where there is nothing to warm up: each client once.</summary>
    internal SendSchedule OnceEach(RunClock clock, int clients) => ScheduleFrom(clock, clock.MeasuredFrom, clients, clients);

    /// <summary>For people.</summary>
    public override string ToString() => string.Join(", then ", _stages.Select(stage => $"{stage.PerSecond:0.##}/s"));

    private SendSchedule ScheduleFrom(RunClock clock, long start, int clients, long count = long.MaxValue) => new(
        [.. _stages.Select((stage, i) => (i == 0 ? start : clock.StageFrom(i), stage.PerSecond))], clients)
    { Count = count };
}

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
