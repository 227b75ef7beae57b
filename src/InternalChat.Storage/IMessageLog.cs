namespace InternalChat.Storage;

/// <summary>
/// The single writer of the database: every member is called by one thread, the engine's writer. Changes collect in a batch that is opened
/// by the first of them and becomes visible to readers, durable and acknowledged with <see cref="Commit"/>, or never.
/// An interface so that a benchmark can put a null end here and a test one that fails.
/// </summary>
/// <remarks>
/// Any member that reads or writes the file throws <see cref="StorageException"/> when it cannot; the open batch is then already rolled
/// back. Members see the uncommitted changes of their own batch.
/// </remarks>
public interface IMessageLog
{
    /// <summary>
    /// The last committed message id; 0 at first. Ids increase over the whole server and are never reused, also after deletion.
    /// </summary>
    long LastMessageId { get; }

    /// <summary>Whether a batch is open, so that <see cref="Commit"/> has something to do.</summary>
    bool IsInTransaction { get; }

    /// <summary>Appends one message to the log, to the conversation and to the recipient's mailbox.</summary>
    /// <param name="senderId">An existing account.</param>
    /// <param name="recipientId">An existing account.</param>
    /// <param name="body">UTF-8, at least one byte; copied before the call returns.</param>
    /// <param name="createdAt">Unix seconds, UTC.</param>
    /// <returns>The message's id: 1 above the one before it. A rollback gives the ids of its batch back.</returns>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    long Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt);

    /// <summary>Marks a message as read by its recipient.</summary>
    /// <param name="messageId">Any number.</param>
    /// <param name="readerId">Who says so.</param>
    /// <param name="readAt">Unix seconds, UTC.</param>
    /// <param name="senderId">Who wrote the message; 0 for <see cref="ReadOutcome.UnknownMessage"/>.</param>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    ReadOutcome MarkRead(long messageId, long readerId, long readAt, out long senderId);

    /// <summary>Looks an account up by its case-sensitive name; null where there is none.</summary>
    /// <exception cref="StorageException">The file could not be read; the batch is rolled back.</exception>
    Account? FindAccount(string username);

    /// <summary>Creates an account; null where the name exists already.</summary>
    /// <param name="username">A valid name; storage does not check it.</param>
    /// <param name="passwordHash">Opaque text.</param>
    /// <param name="createdAt">Unix seconds, UTC.</param>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    Account? CreateAccount(string username, string passwordHash, long createdAt);

    /// <summary>Replaces an account's password hash. An unknown account changes nothing.</summary>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    void SetPasswordHash(long accountId, string passwordHash);

    /// <summary>
    /// Notes that an account has logged in from a network. It opens no batch and never fails: it is on disk about a second later
    /// (<see cref="Maintain"/>). The newest 16 of an account are kept until it is deleted.
    /// </summary>
    /// <param name="accountId">An existing account.</param>
    /// <param name="mark">What stands for the network.</param>
    /// <param name="now">Unix seconds, UTC.</param>
    void NoteNetwork(long accountId, long mark, long now);

    /// <summary>Whether <paramref name="blockerId"/> blocks <paramref name="blockedId"/>. A bounded cache stands in front.</summary>
    /// <exception cref="StorageException">The file could not be read; the batch is rolled back.</exception>
    bool IsBlocked(long blockerId, long blockedId);

    /// <summary>Whether the account blocks anybody at all.</summary>
    /// <exception cref="StorageException">The file could not be read; the batch is rolled back.</exception>
    bool BlocksAnybody(long accountId);

    /// <summary>Blocks; nothing changes where it is blocked already.</summary>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    void Block(long blockerId, long blockedId, long createdAt);

    /// <summary>Unblocks; nothing changes where it was not blocked.</summary>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    void Unblock(long blockerId, long blockedId);

    /// <summary>The ends of an account's mailbox, this batch's appends and marks included.</summary>
    /// <exception cref="StorageException">The file could not be read; the batch is rolled back.</exception>
    Mailbox GetMailbox(long accountId);

    /// <summary>
    /// Says that the account has everything up to <paramref name="messageId"/>. Never moves back. It opens no batch: it is in memory at
    /// once and on disk about a second later (<see cref="Maintain"/>) or at <see cref="ChatDatabase.Dispose"/>, one row however many calls.
    /// </summary>
    /// <exception cref="StorageException">The file could not be read; the batch is rolled back.</exception>
    void SetDeliveredThrough(long accountId, long messageId);

    /// <summary>Makes the batch durable and visible. Does nothing where none is open.</summary>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    /// <exception cref="BatchOutcomeUnknownException">
    /// The batch may be durable although memory does not show it: nothing of it may be answered, and the process must end. Any other
    /// exception but <see cref="StorageException"/> means the same.
    /// </exception>
    void Commit();

    /// <summary>
    /// Undoes the batch, in memory too: ids are given back, heads, receipts and blocks are as before. Does nothing where none is open.
    /// </summary>
    /// <exception cref="BatchOutcomeUnknownException">Memory may still show the batch: the process must end.</exception>
    void Rollback();

    /// <summary>
    /// One short slice (a few milliseconds) of what may be written later: delivered marks, heads, recycling the WAL. The writer calls it
    /// between batches, and about once a second when idle. Writes nothing when nothing changed, or while a batch is open. Never throws for
    /// a disk that is full or failing: it tries again later.
    /// </summary>
    /// <returns>true when more is waiting, so that it is worth calling again soon.</returns>
    /// <exception cref="BatchOutcomeUnknownException">See <see cref="Commit"/>.</exception>
    bool Maintain();
}
