namespace InternalChat.Flood.Measurement;

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
