namespace InternalChat.Simulation.Tests.Scheduling;

/// <summary>A few threads that do what is asked of them in turn: each piece of work is one step.</summary>
/// <param name="domain">Whose steps these are.</param>
/// <param name="count">How many threads there are.</param>
/// <param name="capacity">What may wait for one.</param>
internal sealed class SimulatedWorkers(Domain domain, int count, int capacity)
{
    private readonly Queue<Action> _work = new();
    private int _busy;
    private bool _isStopped;

    public int Waiting => _work.Count;

    /// <returns>The result to come, cancelled once the workers are stopped; null if too much waits.</returns>
    public Task<TResult>? TryRun<TResult>(Func<TResult> work)
    {
        var completion = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_work.Count >= capacity)
            return null;
        _work.Enqueue(() =>
        {
            if (_isStopped)
                completion.SetCanceled();
            else
                Complete(completion, work);
        });
        StartOne();
        return completion.Task;
    }

    /// <summary>Cancels what waits.</summary>
    public void Stop() => _isStopped = true;

    private static void Complete<TResult>(TaskCompletionSource<TResult> completion, Func<TResult> work)
    {
        try
        {
            completion.SetResult(work());
        }
#pragma warning disable CA1031 // It goes to whoever asked.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            completion.SetException(exception);
        }
    }

    private void StartOne()
    {
        if (_busy >= count || _work.Count == 0)
            return;
        _busy++;
        var next = _work.Dequeue();
        domain.Post(() =>
        {
            next();
            _busy--;
            StartOne();
        });
    }
}
