using InternalChat.Storage;

namespace InternalChat.Engine.Reading;

/// <summary>
/// Reads the store for sessions, away from the threads that carry bytes. A session asks for one thing at a time and its catch-up for one,
/// which bounds what waits. Any thread.
/// </summary>
/// <remarks>
/// Members throw <see cref="StorageException"/> if the store could not be read and <see cref="OperationCanceledException"/> once the engine
/// has stopped. Whatever asks more than a few milliseconds of a store goes in slices, each asked for behind those of others.
/// </remarks>
internal interface IReaders
{
    /// <summary>Reads that wait; for people to look at.</summary>
    int Waiting { get; }

    /// <summary>Reads something short that somebody waits for: what a login is checked against, a page of history.</summary>
    Task<TResult> ShortAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state);

    /// <summary>Reads a slice of something long: a mailbox, all accounts, everybody's contacts. No short read waits for it.</summary>
    Task<TResult> LongAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state);
}
