using System.Runtime.InteropServices;
using InternalChat.Engine.Diagnostics;

namespace InternalChat.Engine.Accounts;

/// <summary>
/// The threads that hash passwords: one fewer than cores (from 1 to 32), of low priority, behind a bounded queue, so that chat keeps
/// its latency while thousands log in.
/// </summary>
internal sealed partial class HashingPool(int capacity, EngineMetrics metrics, TimeProvider time) : IDisposable
{
    private const int Niceness = 10;

    // Fewer than the failed logins that one address is allowed, for each that is being tried counts as one until it has succeeded.
    private const int MaxThreads = 32;

    private readonly WorkerThreads<HashingPool> _threads = new("chat hashing", capacity, LowerPriority);
    private volatile bool _isStopping;

    /// <summary>Logins that wait for a thread; for people to look at.</summary>
    public int Waiting => _threads.Waiting;

    /// <summary>Starts the threads. Until then work waits.</summary>
    public void Start() => _threads.Start([.. Enumerable.Repeat(this, Math.Clamp(Environment.ProcessorCount - 1, 1, MaxThreads))]);

    /// <summary>Runs <paramref name="hash"/> on a hashing thread.</summary>
    /// <returns>Its result to come, cancelled once the pool has stopped; null if too many wait.</returns>
    public Task<TResult>? TryRun<TResult>(Func<TResult> hash) => _threads.TryRun(static (pool, hash) => pool.Run(hash), hash);

    /// <summary>Cancels what waits; what is being hashed is finished.</summary>
    public void Stop() => _isStopping = true;

    public void Dispose()
    {
        Stop();
        _threads.Dispose();
    }

    private TResult Run<TResult>(Func<TResult> hash)
    {
        if (_isStopping)
            throw new OperationCanceledException("The engine has stopped.");
        var started = time.GetTimestamp();
        var result = hash();
        metrics.PasswordHashed(time.GetElapsedTime(started));
        return result;
    }

    private static void LowerPriority()
    {
        Thread.CurrentThread.Priority = ThreadPriority.Lowest;
        // .NET ignores thread priorities on Linux, where a thread has a niceness of its own.
        if (OperatingSystem.IsLinux())
            _ = SetPriority(which: 0, who: 0, Niceness);
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
