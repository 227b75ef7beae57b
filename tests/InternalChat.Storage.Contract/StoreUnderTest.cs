namespace InternalChat.Storage.Contract;

/// <summary>A store of its own for one test, empty at first, and what the contract's tests do to it from outside.</summary>
public abstract class StoreUnderTest : IDisposable
{
    /// <summary>The store's writing side; another one after <see cref="Restart"/> and <see cref="Crash"/>.</summary>
    public abstract IStoreWriter Writer { get; }

    /// <summary>Makes a reading side. The store under test disposes it.</summary>
    public abstract IStoreReader Reader();

    /// <summary>Ends the store in order and opens it again. Readers from before are gone.</summary>
    public abstract void Restart();

    /// <summary>Leaves the store as a process leaves it that is killed now, and opens it again. Readers from before are gone.</summary>
    public abstract void Crash();

    /// <summary>Lets time pass on the store's clock.</summary>
    public abstract void Advance(TimeSpan time);

    /// <summary>From now on nothing can be stored, until <see cref="Repair"/>.</summary>
    /// <returns>Whether this store can be brought to that.</returns>
    public abstract bool TryBreak();

    /// <summary>Undoes <see cref="TryBreak"/>.</summary>
    public abstract void Repair();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the store and removes what is left of it.</summary>
    protected abstract void Dispose(bool disposing);
}
