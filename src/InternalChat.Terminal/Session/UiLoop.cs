using System.Collections.Concurrent;

namespace InternalChat.Terminal.Session;

/// <summary>
/// One thread that runs everything but waiting: keys, frames and timers are posted to it, and what follows an <c>await</c> resumes on
/// it. So the state of the program (the line being typed, the screen, who is online) needs no locks.
/// </summary>
internal sealed class UiLoop : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _work = [];

    /// <summary>
    /// Runs <paramref name="main"/> on the calling thread until it is done; what it throws, or anything that was posted, is thrown.
    /// </summary>
    internal static int Run(Func<Task<int>> main)
    {
        var loop = new UiLoop();
        var previous = Current;
        SetSynchronizationContext(loop);
        try
        {
            var running = main();
            running.ContinueWith(
                static (_, state) => ((UiLoop)state!)._work.CompleteAdding(),
                loop,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            foreach (var (callback, state) in loop._work.GetConsumingEnumerable())
                callback(state);
            return running.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(previous);
        }
    }

    /// <summary>Lets a task go on by itself; should it throw, <see cref="Run"/> does.</summary>
    internal static async void Forget(Task task) => await task;

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _work.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The program is over; what comes now has no one to tell.
        }
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();
}
