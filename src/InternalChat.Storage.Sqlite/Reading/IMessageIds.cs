using InternalChat.Storage.Sqlite.Heads;

namespace InternalChat.Storage.Sqlite.Reading;

/// <summary>The ids behind a cursor, found before the messages are read. One thread at a time.</summary>
internal interface IMessageIds
{
    /// <summary>Ids that were found and not consumed, oldest first.</summary>
    ReadOnlySpan<long> Found { get; }

    /// <summary>Whether more may be found, or wait in <see cref="Found"/>.</summary>
    bool MayHaveMore { get; }

    /// <summary>Finds the next ids unless some wait: one slice of the work, which may find none although there are more.</summary>
    /// <returns>Whether <see cref="Found"/> has any.</returns>
    /// <exception cref="StorageException">The file could not be read.</exception>
    bool TryFind(ChainReader chains);

    /// <summary>The first ids of <see cref="Found"/> have been dealt with.</summary>
    void Consume(int count);
}
