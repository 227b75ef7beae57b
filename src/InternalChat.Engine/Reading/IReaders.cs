using InternalChat.Storage;

namespace InternalChat.Engine.Reading;

/// <summary>Those who read the store for sessions, beside the writer. Results arrive where the caller's awaits go on.</summary>
internal interface IReaders
{
    /// <summary>Reads that wait; for people to look at.</summary>
    int Waiting { get; }

    /// <summary>Runs a read that somebody waits for and that is over soon: it does not stand behind long ones.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    /// <exception cref="OperationCanceledException">The engine has stopped.</exception>
    Task<TResult> ShortAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state);

    /// <summary>Runs one slice of a long read.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    /// <exception cref="OperationCanceledException">The engine has stopped.</exception>
    Task<TResult> LongAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state);
}
