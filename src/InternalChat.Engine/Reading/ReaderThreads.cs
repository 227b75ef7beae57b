using InternalChat.Engine.Threads;
using InternalChat.Storage;

namespace InternalChat.Engine.Reading;

/// <summary>The few threads that read the store, each through a reading side of its own.</summary>
internal sealed class ReaderThreads : IReaders, IDisposable
{
    private readonly WorkerThreads<IStoreReader> _threads = new("chat reader");
    private readonly List<IStoreReader> _readers = [];

    public int Waiting => _threads.Waiting;

    /// <summary>Starts the threads. Until then reads wait.</summary>
    /// <param name="createReader">Makes a reading side; called once per thread. If it fails, no thread runs and nothing is open.</param>
    /// <param name="threads">How many.</param>
    public void Start(Func<IStoreReader> createReader, int threads)
    {
        try
        {
            while (_readers.Count < threads)
                _readers.Add(createReader());
        }
        catch
        {
            Dispose();
            throw;
        }

        _threads.Start(_readers);
    }

    public Task<TResult> ShortAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0) =>
        _threads.RunAsync(read, state, isLong: false, user);

    public Task<TResult> LongAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0) =>
        _threads.RunAsync(read, state, isLong: true, user);

    public void Dispose()
    {
        _threads.Dispose();
        _readers.ForEach(static reader => reader.Dispose());
    }
}
