using InternalChat.Storage;

namespace InternalChat.Engine.Reading;

/// <summary>
/// Reads the store for sessions, away from the threads that carry bytes. A session asks for one thing at a time and its catch-up for one,
/// which bounds what waits; the users for whom reads are take turns. Any thread.
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
    /// <param name="read">What is to be read.</param>
    /// <param name="state">What it is given besides the reader.</param>
    /// <param name="user">The account for which it is; 0 for none.</param>
    Task<TResult> ShortAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0);

    /// <summary>Reads a slice of something long: a mailbox, all accounts, everybody's contacts. No short read waits for it.</summary>
    /// <param name="read">What is to be read.</param>
    /// <param name="state">What it is given besides the reader.</param>
    /// <param name="user">The account for which it is; 0 for none.</param>
    Task<TResult> LongAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0);
}
