namespace InternalChat.Storage;

/// <summary>
/// The writing side of a store. One thread calls all members but <see cref="IsShortOfRoom"/>, the engine's writer: for each batch of
/// operations it calls <see cref="Prepare"/>, then the members that look up and change, then <see cref="Commit"/>. The changes become
/// durable and visible to readers with the commit, all of them or none. The writer sees the uncommitted changes of its own batch.
/// </summary>
/// <remarks>
/// Whatever an operation needs was fetched by <see cref="Prepare"/>, so that the members after it answer from memory, or as fast as if they
/// did. What was fetched serves until the next call of it, also after <see cref="Commit"/> or <see cref="Rollback"/>: sessions begin and
/// end, and ask for their mailboxes, once the batch is stored. A batch is opened by the first change; what only looks, or is durable later,
/// opens none. Any member throws <see cref="StorageException"/> if the store cannot read or write; the open batch is then already rolled
/// back.
/// </remarks>
public interface IStoreWriter
{
    /// <summary>Whether a batch is open, so that <see cref="Commit"/> has something to do.</summary>
    bool IsInTransaction { get; }

    /// <summary>
    /// Whether so little room is left that it should be kept for messages. Any thread. A store that cannot tell says that there is enough.
    /// </summary>
    bool IsShortOfRoom { get; }

    /// <summary>
    /// Fetches what a batch of operations will ask for, and says which of them have to wait for a later batch. Called first and once for
    /// each batch, when none is open. Those that wait, and what their sessions had behind them, are the first of the next batch, in their
    /// order. A store that is alone with its data fetches nothing here and lets all go.
    /// </summary>
    /// <param name="batch">What each operation needs. An operation goes only with all of its keys.</param>
    /// <returns>The operations that wait, by rising index; empty if all go.</returns>
    /// <exception cref="StorageException">The store could not be asked: nothing of the batch can be done.</exception>
    IReadOnlyList<WaitingOperation> Prepare(IBatchKeys batch);

    /// <summary>Appends one message to the conversation and to the recipient's mailbox.</summary>
    /// <param name="senderId">An existing account.</param>
    /// <param name="recipientId">An existing account.</param>
    /// <param name="body">UTF-8, at least one byte; copied before the call returns.</param>
    /// <param name="createdAt">Unix seconds, UTC.</param>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    AppendedMessage Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt);

    /// <summary>Marks a message as read by its recipient.</summary>
    /// <param name="messageId">Any number.</param>
    /// <param name="readerId">Who says so.</param>
    /// <param name="readAt">Unix seconds, UTC.</param>
    /// <param name="senderId">Who wrote the message; 0 for <see cref="ReadOutcome.UnknownMessage"/>.</param>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    ReadOutcome MarkRead(long messageId, long readerId, long readAt, out long senderId);

    /// <summary>Looks an account up by its case-sensitive name; null if there is none.</summary>
    /// <exception cref="StorageException">The store could not be read; the batch is rolled back.</exception>
    Account? FindAccount(string username);

    /// <summary>Creates an account; null if the name exists already.</summary>
    /// <param name="username">A valid name; the store does not check it.</param>
    /// <param name="passwordHash">Opaque text.</param>
    /// <param name="createdAt">Unix seconds, UTC.</param>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    Account? CreateAccount(string username, string passwordHash, long createdAt);

    /// <summary>Replaces an account's password hash. An unknown account changes nothing.</summary>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    void SetPasswordHash(long accountId, string passwordHash);

    /// <summary>
    /// Notes that an account has logged in from a network. It opens no batch and never fails: it is durable about a second later
    /// (<see cref="Maintain"/>). The newest 16 of an account are kept until it is deleted.
    /// </summary>
    /// <param name="accountId">An existing account.</param>
    /// <param name="mark">What stands for the network.</param>
    /// <param name="now">Unix seconds, UTC.</param>
    void NoteNetwork(long accountId, long mark, long now);

    /// <summary>Whether <paramref name="blockerId"/> blocks <paramref name="blockedId"/>.</summary>
    /// <exception cref="StorageException">The store could not be read; the batch is rolled back.</exception>
    bool IsBlocked(long blockerId, long blockedId);

    /// <summary>Blocks; nothing changes if it is blocked already.</summary>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    void Block(long blockerId, long blockedId, long createdAt);

    /// <summary>Unblocks; nothing changes if it was not blocked.</summary>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    void Unblock(long blockerId, long blockedId);

    /// <summary>
    /// A session of an account begins. The store may know of sessions elsewhere; one that is alone with its data lets everybody in.
    /// </summary>
    /// <exception cref="StorageException">The store could not be read; the batch is rolled back.</exception>
    SessionEntry Enter(long accountId);

    /// <summary>The session that <see cref="Enter"/> let in has ended. Never fails.</summary>
    void Leave(long accountId);

    /// <summary>The ends of an account's mailbox, this batch's appends and marks included.</summary>
    /// <exception cref="StorageException">The store could not be read; the batch is rolled back.</exception>
    Mailbox GetMailbox(long accountId);

    /// <summary>
    /// Says that the account has everything up to <paramref name="messageId"/>. The mark never moves back, nor beyond the newest committed
    /// message. It belongs to no batch: <see cref="GetMailbox"/> shows it at once, a rollback leaves it, and it is durable about a second
    /// later (<see cref="Maintain"/>) or at an orderly end.
    /// </summary>
    /// <exception cref="StorageException">The store could not be read; the batch is rolled back.</exception>
    void SetDeliveredThrough(long accountId, long messageId);

    /// <summary>Closes an account until <see cref="Resume"/>. What is sent to it is kept for it.</summary>
    /// <returns>Whether there is such an account and it is not deleted.</returns>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    bool Suspend(long accountId);

    /// <summary>Opens a suspended account again.</summary>
    /// <returns>Whether there is such an account and it is not deleted.</returns>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    bool Resume(long accountId);

    /// <summary>
    /// Deletes an account for good: its password hash is gone, so that nobody can log in, and its name stays taken, so that nobody can take
    /// its place. Messages that it sent stay with their recipients and in conversations, and those that wait for it are never delivered.
    /// The caller sees to it that nothing more is appended from or to the account after the commit.
    /// </summary>
    /// <returns>Whether there is such an account and it was not deleted before.</returns>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    bool Delete(long accountId);

    /// <summary>
    /// Orders everything about a person to be removed. At once the account is as <see cref="Delete"/> leaves it; then
    /// <see cref="Maintain"/> removes, in short slices, the messages that the person sent and received, also from the conversations of
    /// others, with their receipts, contacts, blocks in both directions, and the account with its name and hash. A start after a crash goes
    /// on where it stopped. In the end the name is free again, for a new account. Backups, exports and what other people wrote about the
    /// person are not reached.
    /// </summary>
    /// <returns>Whether there is such an account.</returns>
    /// <exception cref="StorageException">Not stored; the batch is rolled back.</exception>
    bool BeginErasure(long accountId);

    /// <summary>Makes the batch durable and visible. May take seconds. If none is open it does nothing, and all is stored.</summary>
    /// <returns>What became of the batch; it is rolled back unless it is stored.</returns>
    /// <exception cref="BatchOutcomeUnknownException">
    /// The batch may be durable although memory does not show it: nothing of it may be answered, and the process must end. Any other
    /// exception means the same.
    /// </exception>
    CommitResult Commit();

    /// <summary>
    /// Undoes the batch: everything is as before its first change. Does nothing if none is open.
    /// </summary>
    /// <exception cref="BatchOutcomeUnknownException">Memory may still show the batch: the process must end.</exception>
    void Rollback();

    /// <summary>
    /// One short slice (a few milliseconds) of what may be done later, such as delivered marks. The writer calls it between batches, and
    /// about once a second when idle. Does nothing while a batch is open. A store that is full or failing is no exception here: it is tried
    /// again later.
    /// </summary>
    /// <returns>true when more is waiting, so that it is worth calling again soon.</returns>
    /// <exception cref="BatchOutcomeUnknownException">See <see cref="Commit"/>.</exception>
    bool Maintain();
}
