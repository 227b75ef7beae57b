namespace InternalChat.Storage.Sqlite.Upkeep;

/// <summary>
/// Work on the file that the writer does between batches, each slice in a transaction. Called by the writer's thread only:
/// <see cref="WriteSlice"/>, then exactly one of <see cref="SliceCommitted"/> and <see cref="SliceRolledBack"/>.
/// </summary>
internal interface IUpkeepTask
{
    /// <summary>Whether there is something to write now. May look at the clock and read the file; writes nothing.</summary>
    /// <param name="lastMessageId">The last committed message.</param>
    bool HasWork(long lastMessageId);

    /// <summary>Writes what is next within the transaction that is open, for a few milliseconds at most.</summary>
    /// <param name="lastMessageId">The last committed message.</param>
    void WriteSlice(long lastMessageId);

    /// <summary>What the slice wrote is in the file.</summary>
    void SliceCommitted();

    /// <summary>What the slice wrote is not in the file; the next one writes it again.</summary>
    void SliceRolledBack();
}
