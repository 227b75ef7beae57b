namespace InternalChat.Storage.Sqlite.Wal;

/// <summary>
/// Lets the writer wait for this process' own readers, whose transactions are short, and hold off new ones for a moment: only so can the
/// WAL be begun anew while they read without a pause. Readers of other processes do not come by here.
/// </summary>
internal sealed class ReaderGate : IDisposable
{
    /// <summary>A reader's transaction takes a millisecond or so, on a slow disk more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly ReaderWriterLockSlim _lock = new();

    /// <summary>Before a read transaction, on its thread.</summary>
    public void Enter() => _lock.EnterReadLock();

    /// <summary>After it, on the same thread.</summary>
    public void Exit() => _lock.ExitReadLock();

    /// <summary>Keeps readers out. The writer's thread.</summary>
    /// <returns>Whether all readers have ended; then <see cref="Open"/> must follow.</returns>
    public bool TryClose() => _lock.TryEnterWriteLock(Patience);

    public void Open() => _lock.ExitWriteLock();

    public void Dispose() => _lock.Dispose();
}
