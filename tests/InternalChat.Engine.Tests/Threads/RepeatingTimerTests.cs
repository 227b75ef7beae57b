using InternalChat.Engine.Tests.Harness;
using InternalChat.Engine.Threads;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests.Threads;

public sealed class RepeatingTimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly CapturingLogger _logger = new();
    private int _calls;

    [Fact]
    public void A_call_that_fails_is_logged_and_the_next_one_comes()
    {
        using var timer = Start(static () => throw new InvalidOperationException("Nobody thought of this."));
        _time.Advance(Second);
        _time.Advance(Second);
        Assert.Equal(2, _calls);
        Assert.All(_logger.Errors, static line => Assert.StartsWith("The test's look failed", line, StringComparison.Ordinal));
        Assert.Equal(2, _logger.Errors.Count());
    }

    [Fact]
    public void A_failure_that_cannot_be_logged_ends_nothing_either()
    {
        _logger.Failure = new InvalidOperationException("The log is full.");
        using var timer = Start(static () => throw new InvalidOperationException("Nobody thought of this."));
        _time.Advance(Second);
        _time.Advance(Second);
        Assert.Equal(2, _calls);
    }

    [Fact]
    public void A_call_that_takes_longer_than_the_interval_does_not_meet_the_next()
    {
        var (running, overlaps) = (false, 0);
        using var timer = Start(() =>
        {
            overlaps += running ? 1 : 0;
            running = true;
            if (_calls < 5)
                _time.Advance(3 * Second);
            running = false;
        });
        _time.Advance(Second);
        _time.Advance(Second);
        Assert.Equal(0, overlaps);
        Assert.Equal(2, _calls);
    }

    [Fact]
    public void Nothing_is_called_after_the_end()
    {
        var timer = Start(static () => { });
        _time.Advance(Second);
        timer.Dispose();
        _time.Advance(Second);
        Assert.Equal(1, _calls);
    }

    private RepeatingTimer Start(Action call) => new(
        _time,
        static () => Second,
        () =>
        {
            _calls++;
            call();
        },
        "The test's look",
        _logger);
}
