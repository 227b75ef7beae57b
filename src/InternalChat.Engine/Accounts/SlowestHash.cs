using InternalChat.Engine.Delivery;
using InternalChat.Engine.Reading;
using InternalChat.Storage;

namespace InternalChat.Engine.Accounts;

/// <summary>
/// What a wrong password takes, whatever account it was tried at and whether there is such an account: as many iterations as the most
/// expensive hash of the file, for accounts may keep hashes that were made with another number than the one that is set now. Thread-safe.
/// </summary>
internal sealed class SlowestHash(EngineOptions options, IReaders readers)
{
    // A file may hold any number: one such row must not make every wrong password block a thread for hours.
    private const int MostTimesTheSetting = 10;

    private Task<long>? _ofFile;

    /// <summary>Looks through the file once; new hashes are never more expensive.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public async ValueTask<int> IterationsAsync()
    {
        var ofFile = Volatile.Read(ref _ofFile);
        if (ofFile is null || ofFile.IsFaulted || ofFile.IsCanceled)
        {
            ofFile = readers.RunAsync(static (reader, prefix) => reader.LargestHashNumber(prefix), PasswordHash.Prefix);
            Volatile.Write(ref _ofFile, ofFile);
        }

        return (int)Math.Clamp(await ofFile, options.PasswordIterations, (long)options.PasswordIterations * MostTimesTheSetting);
    }
}
