using InternalChat.Engine.Writing;

namespace InternalChat.Simulation.Tests.Scheduling;

/// <summary>Stands in for the writer's thread: the scheduler gives it turns.</summary>
/// <param name="scheduler">Whose clock tells when a pause is over.</param>
/// <param name="domain">The server's.</param>
/// <param name="writer">The engine's writer.</param>
/// <param name="eagerness">How readily it takes its turn before others do: the lower, the larger its batches.</param>
internal sealed class WriterDriver(Scheduler scheduler, Domain domain, SingleWriter writer, double eagerness)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WriterPause _pause = new(TimeSpan.Zero, EndsWithArrival: false);
    private ITimer? _pauseEnd;
    private long _pausedUntil;
    private bool _isTakingTurn;
    private bool _isEnding;

    public double Eagerness => eagerness;

    public bool IsReady =>
        !_isTakingTurn && !domain.IsDead && !_ended.Task.IsCompleted
        && (scheduler.Now >= _pausedUntil || (_pause.EndsWithArrival && (writer.Arrived > 0 || _isEnding)));

    /// <summary>Lets the writer finish what its completed queue holds.</summary>
    public Task EndAsync()
    {
        _isEnding = true;
        return _ended.Task;
    }

    public void TakeTurn()
    {
        SynchronizationContext.SetSynchronizationContext(domain);
        _isTakingTurn = true;
        try
        {
            _pause = writer.TakeTurn();
            if (_isEnding && _pause.EndsWithArrival && writer.Arrived == 0)
            {
                writer.End();
                _ended.SetResult();
            }
        }
#pragma warning disable CA1031 // As the writer's own thread does.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            writer.EndProcess(exception);
        }

        _isTakingTurn = false;
        _pausedUntil = scheduler.Now + _pause.Length.Ticks;
        // Has the clock stop at the end of the pause; the turn itself is the scheduler's to give.
        if (_pause.Length > TimeSpan.Zero)
        {
            _pauseEnd ??= domain.Time.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _pauseEnd.Change(_pause.Length, Timeout.InfiniteTimeSpan);
        }
    }
}
