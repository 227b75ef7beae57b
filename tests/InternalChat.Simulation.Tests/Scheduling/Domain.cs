namespace InternalChat.Simulation.Tests.Scheduling;

/// <summary>
/// What lives and dies together: the peers, or one process of the server. Its awaits go on as steps of the scheduler, and its clock is the
/// scheduler's; once it is dead neither does anything any more.
/// </summary>
internal sealed class Domain : SynchronizationContext
{
    private readonly Scheduler _scheduler;

    public Domain(Scheduler scheduler)
    {
        _scheduler = scheduler;
        Time = new VirtualTime(scheduler, this);
    }

    public TimeProvider Time { get; }

    public bool IsDead { get; private set; }

    public void Die() => IsDead = true;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsDead)
            _scheduler.Add(this, d, state);
    }

    /// <summary>Has something done as a step of its own.</summary>
    public void Post(Action action) => Post(static action => ((Action)action!)(), action);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nobody waits for a step.");

    public override SynchronizationContext CreateCopy() => this;
}
