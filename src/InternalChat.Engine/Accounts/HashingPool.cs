using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using InternalChat.Engine.Diagnostics;

namespace InternalChat.Engine.Accounts;

/// <summary>
/// The threads that hash passwords: one fewer than cores (from 1 to 32), of low priority, behind a bounded queue, so that chat keeps
/// its latency while thousands log in.
/// </summary>
internal sealed partial class HashingPool : IHashing, IDisposable
{
    private const int Niceness = 10;

    // Fewer than the failed logins that one address is allowed, for each that is being tried counts as one until it has succeeded.
    private const int MaxThreads = 32;

    private readonly BlockingCollection<Action> _work;
    private readonly EngineMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Thread[] _threads;
    private volatile bool _isStopping;

    public HashingPool(int capacity, EngineMetrics metrics, TimeProvider time)
    {
        _metrics = metrics;
        _time = time;
        _work = new BlockingCollection<Action>(capacity);
        _threads = new Thread[Math.Clamp(Environment.ProcessorCount - 1, 1, MaxThreads)];
        for (var i = 0; i < _threads.Length; i++)
            _threads[i] = new Thread(Run) { Name = "chat hashing", IsBackground = true, Priority = ThreadPriority.Lowest };
    }

    public int Waiting => _work.Count;

    /// <summary>Starts the threads. Until then work waits.</summary>
    public void Start()
    {
        foreach (var thread in _threads)
            thread.Start();
    }

    public Task<TResult>? TryRun<TResult>(Func<TResult> hash)
    {
        var completion = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            return _work.TryAdd(Work) ? completion.Task : null;
        }
        catch (InvalidOperationException) when (_isStopping)
        {
            // Disposed, or about to be.
            return Task.FromCanceled<TResult>(new CancellationToken(canceled: true));
        }

        void Work()
        {
            try
            {
                if (_isStopping)
                    completion.SetCanceled();
                else
                    completion.SetResult(Timed(hash));
            }
#pragma warning disable CA1031 // It goes to whoever asked.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                completion.SetException(exception);
            }
        }
    }

    public void Stop() => _isStopping = true;

    public void Dispose()
    {
        Stop();
        _work.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _work.Dispose();
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
        foreach (var work in _work.GetConsumingEnumerable())
            work();
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
