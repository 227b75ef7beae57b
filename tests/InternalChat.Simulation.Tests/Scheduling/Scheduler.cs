namespace InternalChat.Simulation.Tests.Scheduling;

/// <summary>
/// The one thread of a simulation. Everything that could happen next lies here, and the seed picks what does; when nothing could, the
/// clock goes on to the next timer. All randomness of a run comes from here.
/// </summary>
internal sealed class Scheduler
{
    // A step that preempts a step that preempts a step: deeper nests find nothing more, and cost stack.
    private const int MaxDepth = 3;

    private readonly List<ReadyStep> _ready = [];
    private readonly PriorityQueue<(VirtualTimer Timer, int Version), (long Due, long Number)> _timers = new();
    private readonly int _threadId = Environment.CurrentManagedThreadId;
    private long _timerNumber;
    private int _depth;

    public Scheduler(int seed) => Random = new Random(seed);

    public Random Random { get; }

    /// <summary>Virtual time since the beginning, in ticks.</summary>
    public long Now { get; private set; }

    public long Steps { get; private set; }

    /// <summary>How readily a step is interrupted where it could be: the chance at each such place.</summary>
    public double Preemption { get; set; }

    /// <summary>What is neither posted nor timed but can always be asked for a step: the writer of the server that runs.</summary>
    public WriterDriver? Writer { get; set; }

    /// <summary>No step is run any more: the run has come to its verdict.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Hears of an exception that a step has let out.</summary>
    public Action<Exception>? StepFailed { get; set; }

    /// <summary>True with this probability.</summary>
    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;

    public void Add(Domain domain, SendOrPostCallback callback, object? state)
    {
        if (Environment.CurrentManagedThreadId != _threadId)
            throw new InvalidOperationException("Something left the simulation's thread, and a seed would not repeat.");
        _ready.Add(new ReadyStep(domain, callback, state));
    }

    public void Add(VirtualTimer timer, int version, long due) => _timers.Enqueue((timer, version), (due, _timerNumber++));

    /// <summary>Runs steps until the condition holds, the run is stopped, or so much virtual time has passed.</summary>
    /// <returns>Whether the condition holds.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan within)
    {
        var end = Now + within.Ticks;
        var context = SynchronizationContext.Current;
        while (!IsStopped && !condition() && RunStep(end))
        {
        }

        SynchronizationContext.SetSynchronizationContext(context);
        return condition();
    }

    /// <summary>
    /// A place in which another thread could be faster: perhaps some other steps are run here. Only for places where the caller holds no
    /// lock.
    /// </summary>
    public void MayBePreempted()
    {
        if (_depth >= MaxDepth || !Chance(Preemption))
            return;
        for (var left = Random.Next(1, 8); left > 0 && !IsStopped && _ready.Count + (IsWriterReady ? 1 : 0) > 0; left--)
            RunNested(Now);
    }

    /// <summary>The caller's thread is blocked for a while; the others go on.</summary>
    public void Block(TimeSpan time)
    {
        var end = Now + time.Ticks;
        if (_depth < MaxDepth)
        {
            while (!IsStopped && Now < end && RunNested(end))
            {
            }
        }

        Now = Math.Max(Now, end);
    }

    private bool IsWriterReady => Writer is { IsReady: true };

    private bool RunNested(long end)
    {
        var context = SynchronizationContext.Current;
        _depth++;
        try
        {
            return RunStep(end);
        }
        finally
        {
            _depth--;
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <returns>False if nothing can happen before this time; it is then as late as that.</returns>
    private bool RunStep(long end)
    {
        Steps++;
        // Steps take time too, though mostly none that matters.
        if (Random.Next(32) == 0)
            FireTimersUntil(Math.Min(end, Now + Random.Next(20_000)));
        var writer = IsWriterReady ? Writer : null;
        if (writer is not null && (_ready.Count == 0 || Chance(writer.Eagerness)))
        {
            writer.TakeTurn();
            return true;
        }

        if (_ready.Count == 0)
            return AdvanceToNextTimer(end);
        var index = Random.Next(_ready.Count);
        var step = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        Run(step);
        return true;
    }

    private void Run(in ReadyStep step)
    {
        if (step.Domain.IsDead)
            return;
        SynchronizationContext.SetSynchronizationContext(step.Domain);
        try
        {
            step.Callback(step.State);
        }
        catch (Exception exception)
        {
            StepFailed?.Invoke(exception);
        }
    }

    private bool AdvanceToNextTimer(long end)
    {
        while (_timers.TryPeek(out var entry, out var order) && order.Due <= end)
        {
            _timers.Dequeue();
            Now = Math.Max(Now, order.Due);
            if (entry.Timer.TryFire(entry.Version))
                return true;
        }

        Now = Math.Max(Now, end);
        return false;
    }

    private void FireTimersUntil(long time)
    {
        while (_timers.TryPeek(out var entry, out var order) && order.Due <= time)
        {
            _timers.Dequeue();
            Now = Math.Max(Now, order.Due);
            entry.Timer.TryFire(entry.Version);
        }

        Now = Math.Max(Now, time);
    }

    private readonly record struct ReadyStep(Domain Domain, SendOrPostCallback Callback, object? State);
}
