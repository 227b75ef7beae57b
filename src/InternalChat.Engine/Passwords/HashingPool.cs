using System.Runtime.InteropServices;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Diagnostics;

namespace InternalChat.Engine.Passwords;

/// <summary>
/// The threads that hash passwords: one fewer than cores (from 1 to 32), of low priority, behind a bounded queue in which networks take
/// turns, so that chat keeps its latency while thousands log in.
/// </summary>
internal sealed partial class HashingPool : IHashing, IDisposable
{
    private const int Niceness = 10;

    // Fewer than the failed logins that one address is allowed, for each that is being tried counts as one until it has succeeded.
    private const int MaxThreads = 32;

    private readonly HashingQueue _queue;
    private readonly EngineMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Thread[] _threads;
    private volatile bool _isStopping;

    public HashingPool(int capacity, EngineMetrics metrics, TimeProvider time)
    {
        _metrics = metrics;
        _time = time;
        _queue = new HashingQueue(capacity);
        _threads = new Thread[Math.Clamp(Environment.ProcessorCount - 1, 1, MaxThreads)];
        for (var i = 0; i < _threads.Length; i++)
            _threads[i] = new Thread(Run) { Name = "chat hashing", IsBackground = true, Priority = ThreadPriority.Lowest };
    }

    public int Waiting => _queue.Count;

    /// <summary>Starts the threads. Until then work waits.</summary>
    public void Start()
    {
        foreach (var thread in _threads)
            thread.Start();
    }

    public async Task<Hashed<TResult>> RunAsync<TResult>(
        PeerNetwork network, HashingRank rank, Func<TResult> hash, CancellationToken cancellation = default)
    {
        var work = new Work<TResult>(this, hash);
        if (!_queue.TryAdd(network, rank, work))
            work.GiveWay();
        await using var cancelling = cancellation.UnsafeRegister(
            _ =>
            {
                if (_queue.TryRemove(network, rank, work))
                    work.Cancel();
            },
            null);
        return await work.Done;
    }

    public void Stop() => _isStopping = true;

    public void Dispose()
    {
        Stop();
        _queue.Complete();
        foreach (var thread in _threads)
            thread.Join();
    }

    private TResult Timed<TResult>(Func<TResult> hash)
    {
        var started = _time.GetTimestamp();
        var result = hash();
        _metrics.PasswordHashed(_time.GetElapsedTime(started));
        return result;
    }

    private void Run()
    {
        // .NET ignores thread priorities on Linux, where a thread has a niceness of its own.
        if (OperatingSystem.IsLinux())
            _ = SetPriority(which: 0, who: 0, Niceness);
        while (_queue.Take() is { } work)
            work.Run();
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);

    private sealed class Work<TResult>(HashingPool pool, Func<TResult> hash) : IHashingWork
    {
        private readonly TaskCompletionSource<Hashed<TResult>> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Hashed<TResult>> Done => _done.Task;

        /// <summary>It was taken out of the queue.</summary>
        public void Cancel() => _done.SetCanceled();

        public void Run()
        {
            try
            {
                if (pool._isStopping)
                    _done.SetCanceled();
                else
                    _done.SetResult(new Hashed<TResult>(IsBusy: false, pool.Timed(hash)));
            }
#pragma warning disable CA1031 // It goes to whoever asked.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _done.SetException(exception);
            }
        }

        public void GiveWay()
        {
            if (pool._isStopping)
                _done.SetCanceled();
            else
                _done.SetResult(new Hashed<TResult>(IsBusy: true, Result: default));
        }
    }
}
