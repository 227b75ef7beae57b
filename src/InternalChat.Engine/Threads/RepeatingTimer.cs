using InternalChat.Engine.Diagnostics;
using InternalChat.Storage.Diagnostics;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Threads;

/// <summary>
/// Calls the same thing again and again on the pool, each time only after the last call has returned. An exception that it lets out is
/// logged and the next call comes all the same: left alone, one on a timer would end the process. Every periodic look of the server goes
/// through here.
/// </summary>
public sealed class RepeatingTimer : IDisposable
{
    private readonly ITimer _timer;
    private readonly Func<TimeSpan> _interval;
    private readonly Action _call;
    private readonly string _name;
    private readonly ILogger _logger;

    /// <summary>Makes the timer; the first call comes after one interval.</summary>
    /// <param name="time">Where time comes from.</param>
    /// <param name="interval">Between the end of a call and the next one; asked each time.</param>
    /// <param name="call">What is called.</param>
    /// <param name="name">What it is, for the line in the log, such as "the heartbeat".</param>
    /// <param name="logger">Where a failure goes.</param>
    public RepeatingTimer(TimeProvider time, Func<TimeSpan> interval, Action call, string name, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(interval);
        _interval = interval;
        _call = call;
        _name = name;
        // Or a line that cannot be logged would be the exception on a timer.
        _logger = logger.WithoutFailures();
        _timer = time.CreateTimer(
            static timer => ((RepeatingTimer)timer!).Call(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(interval(), Timeout.InfiniteTimeSpan);
    }

    /// <summary>No call begins any more; one that is under way is finished.</summary>
    public void Dispose() => _timer.Dispose();

    private void Call()
    {
        try
        {
            _call();
        }
#pragma warning disable CA1031 // See above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogMessages.TimerFailed(_logger, _name, exception);
        }

        _timer.Change(_interval(), Timeout.InfiniteTimeSpan);
    }
}
