using Microsoft.Extensions.Logging;

namespace InternalChat.Storage;

/// <summary>
/// An open database file: one writer (<see cref="Log"/>) and any number of readers. No other process can open it for chat meanwhile.
/// Members may be called from any thread, except that <see cref="Dispose"/> comes after the writer and the readers have stopped.
/// </summary>
public sealed class ChatDatabase : IDisposable
{
    /// <summary>
    /// Opens the file, making it and its folder where they are missing: takes the lock, upgrades an older file after a backup beside it,
    /// and replays the log's tail.
    /// </summary>
    /// <exception cref="DatabaseException">Refused, with one line for the operator.</exception>
    public static ChatDatabase Open(DatabaseOptions options, TimeProvider? time = null, ILogger? logger = null) => throw new NotImplementedException();

    /// <summary>The writer. Its members are called by one thread.</summary>
    public IMessageLog Log => throw new NotImplementedException();

    /// <summary>Opens a read-only connection of its own. Each reader is used by one thread at a time, and disposed before this database.</summary>
    /// <exception cref="StorageException">The file could not be opened.</exception>
    public LogReader CreateReader() => throw new NotImplementedException();

    /// <summary>Writes what was waiting, empties the WAL, closes and releases the lock. A batch that is open is rolled back.</summary>
    public void Dispose() => throw new NotImplementedException();
}
