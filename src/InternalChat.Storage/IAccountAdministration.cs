namespace InternalChat.Storage;

/// <summary>
/// What an operator may do to accounts beside creating them and setting a password, which <see cref="IMessageLog"/> does. Members belong to
/// the single writer as those of the log do: the same thread calls them, they join the log's open batch, and become visible and durable
/// with its commit or never.
/// </summary>
/// <remarks>
/// Any member throws <see cref="StorageException"/> where the file fails it; the open batch is then rolled back. The caller sees to it that
/// from the commit on nothing more is appended from or to an account that is deleted or being erased.
/// </remarks>
public interface IAccountAdministration
{
    /// <summary>Closes an account until <see cref="Reinstate"/>. What is sent to it is kept for it.</summary>
    /// <returns>Whether there is such an account and it is not deleted.</returns>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    bool Suspend(long accountId);

    /// <summary>Opens a suspended account again.</summary>
    /// <returns>Whether there is such an account and it is not deleted.</returns>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    bool Reinstate(long accountId);

    /// <summary>
    /// Deletes an account for good: its password hash is gone, so that nobody can log in, and its name stays taken, so that nobody can take
    /// its place. Messages that it sent stay with their recipients and in conversations, and those that wait for it are never delivered.
    /// </summary>
    /// <returns>Whether there is such an account and it was not deleted before.</returns>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    bool Delete(long accountId);

    /// <summary>
    /// Orders everything about a person to be removed from the file. At once the account is as <see cref="Delete"/> leaves it; then
    /// <see cref="IMessageLog.Maintain"/> goes through the log in short slices and overwrites the messages that the person sent and
    /// received, also in the conversations of others, with their receipts, contacts, blocks in both directions, the account with its name
    /// and hash, and at last the write-ahead log. A start after a crash goes on where it stopped. In the end the name is free again, for a
    /// new account. Backups, exports and what other people wrote about the person are not reached.
    /// </summary>
    /// <returns>Whether there is such an account.</returns>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    bool BeginErasure(long accountId);
}
