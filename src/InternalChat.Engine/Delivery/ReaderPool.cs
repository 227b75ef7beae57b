using System.Threading.Channels;
using InternalChat.Engine.Reading;
using InternalChat.Storage;

namespace InternalChat.Engine.Delivery;

/// <summary>
/// The few threads that read the log for sessions, each with a connection of its own. Work is taken in the order in which it was
/// asked; a session has at most two pieces waiting (its command and its catch-up), which bounds the queue. Results arrive on the
/// thread pool, never on a reader's thread.
/// </summary>
internal sealed class ReaderPool : IReaders, IDisposable
{
    private readonly Channel<Work> _work = Channel.CreateUnbounded<Work>();
    private readonly List<Thread> _threads = [];

    /// <summary>Starts the threads. Until then work waits.</summary>
    /// <param name="createReader">Makes a read side; called once per thread. If it fails, no thread runs and nothing is open.</param>
    /// <param name="threads">How many.</param>
    public void Start(Func<IStoreReader> createReader, int threads)
    {
        var readers = new List<IStoreReader>(threads);
        try
        {
            while (readers.Count < threads)
                readers.Add(createReader());
        }
        catch
        {
            readers.ForEach(static reader => reader.Dispose());
            throw;
        }

        foreach (var reader in readers)
        {
            var thread = new Thread(Run) { Name = "chat reader", IsBackground = true };
            thread.Start(reader);
            _threads.Add(thread);
        }
    }

    /// <summary>Reads that wait for a thread; for people to look at.</summary>
    public int Waiting => _work.Reader.Count;

    public Task<TResult> ShortAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state) => LongAsync(read, state);

    public Task<TResult> LongAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state)
    {
        var work = new Work<TState, TResult>(read, state);
        if (!_work.Writer.TryWrite(work))
            work.Cancel();
        return work.Result;
    }

    public void Dispose()
    {
        _work.Writer.TryComplete();
        foreach (var thread in _threads)
            thread.Join();
    }

    private void Run(object? parameter)
    {
        using var reader = (IStoreReader)parameter!;
        // Blocking is this thread's purpose.
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_work.Reader.TryRead(out var work))
                work.Do(reader);
        }
    }

    private abstract class Work
    {
        public abstract void Do(IStoreReader reader);
    }

    private sealed class Work<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state) : Work
    {
        private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TResult> Result => _result.Task;

        public override void Do(IStoreReader reader)
        {
            try
            {
                _result.SetResult(read(reader, state));
            }
#pragma warning disable CA1031 // It goes to whoever asked.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _result.SetException(exception);
            }
        }

        public void Cancel() => _result.SetCanceled();
    }
}

/// <summary>The one kind of read that there is as long as all stand in one queue.</summary>
internal static class ReadersOfOneQueue
{
    public static Task<TResult> RunAsync<TState, TResult>(
        this IReaders readers, Func<IStoreReader, TState, TResult> read, TState state) => readers.LongAsync(read, state);
}
