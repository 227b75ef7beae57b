namespace InternalChat.Engine.Threads;

/// <summary>
/// Threads for work that blocks or computes, which the pool's must not do. Each has a tool of its own. Work of one kind is done by turns
/// of the users for whom it is (<see cref="TurnQueue{TWork}"/>). Results arrive on the thread pool.
/// </summary>
/// <remarks>
/// Short work goes before long work, and one thread never takes long work unless it is the only one: short work waits for other short work
/// alone. A flood of it does not stop long work, which gets a turn after every <see cref="ShortInARow"/>.
/// </remarks>
/// <param name="name">The threads'.</param>
internal sealed class WorkerThreads<TTool>(string name) : IDisposable
{
    private const int ShortInARow = 16;

    // A monitor and not a Lock: threads wait on it, which allocates nothing.
    private readonly object _gate = new();
    private readonly TurnQueue<Work> _short = new();
    private readonly TurnQueue<Work> _long = new();
    private readonly List<Thread> _threads = [];
    private int _longAtOnce;
    private int _longUnderWay;
    private int _shortInARow;
    private bool _isEnding;

    /// <summary>Work that waits for a thread; for people to look at.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _short.Count + _long.Count;
        }
    }

    private bool MayTakeLong => _long.Count > 0 && _longUnderWay < _longAtOnce;

    /// <summary>Starts a thread for each tool. Until then work waits.</summary>
    public void Start(IReadOnlyList<TTool> tools)
    {
        _longAtOnce = Math.Max(1, tools.Count - 1);
        foreach (var tool in tools)
        {
            var thread = new Thread(() => Run(tool)) { Name = name, IsBackground = true };
            thread.Start();
            _threads.Add(thread);
        }
    }

    /// <summary>Has a thread do some work.</summary>
    /// <param name="function">What is to be done.</param>
    /// <param name="state">What it is given besides the tool.</param>
    /// <param name="isLong">Of which kind it is.</param>
    /// <param name="user">The account for which it is; 0 for none.</param>
    /// <returns>The result to come, cancelled if the threads are ending.</returns>
    public Task<TResult> RunAsync<TState, TResult>(
        Func<TTool, TState, TResult> function, TState state, bool isLong = false, long user = 0)
    {
        var work = new Work<TState, TResult>(function, state);
        lock (_gate)
        {
            if (_isEnding)
                return Task.FromCanceled<TResult>(new CancellationToken(canceled: true));
            (isLong ? _long : _short).Enqueue(user, work);
            WakeOne();
        }

        return work.Result;
    }

    /// <summary>Finishes what waits and ends the threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnding = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
            thread.Join();
    }

    private void Run(TTool tool)
    {
        var isLong = false;
        while (Take(ref isLong) is { } work)
            work.Do(tool);
    }

    /// <summary>Waits for work.</summary>
    /// <param name="isLong">Whether the thread comes from long work, and then whether this is.</param>
    /// <returns>Null at the end.</returns>
    private Work? Take(ref bool isLong)
    {
        lock (_gate)
        {
            if (isLong)
                _longUnderWay--;
            while (_short.Count == 0 && !MayTakeLong)
            {
                // Long work that this thread must leave alone is finished by those that are at it.
                if (_isEnding)
                    return null;
                Monitor.Wait(_gate);
            }

            isLong = MayTakeLong && (_short.Count == 0 || _shortInARow >= ShortInARow);
            var work = (isLong ? _long : _short).Dequeue();
            if (isLong)
                _longUnderWay++;
            _shortInARow = !isLong && MayTakeLong ? _shortInARow + 1 : 0;
            WakeOne();
            return work;
        }
    }

    private void WakeOne()
    {
        if (_short.Count > 0 || MayTakeLong)
            Monitor.Pulse(_gate);
    }

    private abstract class Work
    {
        public abstract void Do(TTool tool);
    }

    private sealed class Work<TState, TResult>(Func<TTool, TState, TResult> function, TState state) : Work
    {
        private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TResult> Result => _result.Task;

        public override void Do(TTool tool)
        {
            try
            {
                _result.SetResult(function(tool, state));
            }
#pragma warning disable CA1031 // It goes to whoever asked.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _result.SetException(exception);
            }
        }
    }
}
