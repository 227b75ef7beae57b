using InternalChat.Engine.Options;
using InternalChat.Engine.Reading;
using InternalChat.Storage;

namespace InternalChat.Engine.Passwords;

/// <summary>
/// What a wrong password takes, whatever account it was tried at and whether there is such an account: as many iterations as the most
/// expensive hash in the store, for accounts may keep hashes that were made with another number than the one that is set now. Thread-safe.
/// </summary>
internal sealed class SlowestHash(EngineOptions options, IReaders readers)
{
    // A store may hold any number: one such row must not make every wrong password block a thread for hours.
    private const int MostTimesTheSetting = 10;

    // About a millisecond.
    private const int AccountsInSlice = 4_096;

    private Task<long>? _inStore;

    /// <summary>Looks through the store once; new hashes are never more expensive.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public async ValueTask<int> IterationsAsync()
    {
        var inStore = Volatile.Read(ref _inStore);
        if (inStore is null || inStore.IsFaulted || inStore.IsCanceled)
        {
            inStore = LookThroughAsync();
            Volatile.Write(ref _inStore, inStore);
        }

        return (int)Math.Clamp(await inStore, options.PasswordIterations, (long)options.PasswordIterations * MostTimesTheSetting);
    }

    /// <summary>In short reads: logins wait for it.</summary>
    private async Task<long> LookThroughAsync()
    {
        var largest = 0L;
        var last = 0L;
        do
        {
            var page = await readers.ShortAsync(
                static (reader, after) => reader.LargestHashNumber(PasswordHash.Prefix, after, AccountsInSlice), last);
            largest = Math.Max(largest, page.Largest);
            last = page.LastAccount;
        }
        while (last != 0);
        return largest;
    }
}
