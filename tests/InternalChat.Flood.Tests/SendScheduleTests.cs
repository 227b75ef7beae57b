using System.Diagnostics;
using InternalChat.Flood.Measurement;
using Xunit;

namespace InternalChat.Flood.Tests;

public sealed class SendScheduleTests
{
    [Fact]
    public void Spreads_the_clients_evenly_over_time()
    {
        var schedule = new SendSchedule(1_000, 200, 50);
        for (var index = 0L; index < 500; index++)
        {
            Assert.Equal(1_000 + (index * Stopwatch.Frequency / 200), schedule.DueAt(index));
            Assert.Equal(index % 50, schedule.ClientOf(index));
        }
    }

    [Fact]
    public void What_is_further_away_than_the_clock_can_count_is_never_due() =>
        Assert.Equal(long.MaxValue, new SendSchedule(1_000, 1e-20, 1).DueAt(1));

    [Fact]
    public void Does_not_drift_at_a_rate_that_divides_no_second() =>
        Assert.InRange(new SendSchedule(0, 7, 3).DueAt(7L * 86_400) - (86_400L * Stopwatch.Frequency), -100, 100);
}
