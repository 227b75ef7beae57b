using BenchmarkDotNet.Attributes;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;

namespace InternalChat.Benchmarks.Engine;

/// <summary>
/// One message against its sender's rate: the default of 20 in any 10 s, with a clock that lets every other message pass. The null end
/// has no limit.
/// </summary>
public class RateLimitBenchmarks
{
    private const int Messages = 10_000;
    private static readonly RateLimit Limit = new(20, TimeSpan.FromSeconds(10));

    // 40 messages a window, twice what may pass.
    private static readonly TimeSpan Interval = Limit.Window / (2 * Limit.Messages);

    private readonly SteppingTime _time = new();
    private readonly UserSessions _user = new(1, UserName.Parse("alice"));
    private SlidingWindow? _window;

    [GlobalSetup]
    public void SetUp()
    {
        _window = new SlidingWindow(Limit, TimeSpan.TicksPerSecond);
        Checked.Equal(Messages, NoLimit());
        Checked.Equal(Messages / 2, Window());
        Checked.Equal(Messages / 2, UserSessions());
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public int NoLimit() => Accepted(limit: null);

    /// <summary>The window alone.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public int Window()
    {
        var accepted = 0;
        for (var i = 0; i < Messages; i++)
            accepted += _window!.TryAccept(_time.Step()) ? 1 : 0;
        return accepted;
    }

    /// <summary>As the read loop asks: with the look at the clock, and the window of the session's user.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public int UserSessions() => Accepted(Limit);

    private int Accepted(RateLimit? limit)
    {
        var accepted = 0;
        for (var i = 0; i < Messages; i++)
        {
            _time.Step();
            accepted += _user.TryAcceptMessage(limit, _time) ? 1 : 0;
        }

        return accepted;
    }

    private sealed class SteppingTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public long Step() => _now += Interval.Ticks;
    }
}
