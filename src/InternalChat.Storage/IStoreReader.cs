namespace InternalChat.Storage;

/// <summary>
/// The reading side of a store, beside the writer. Used by one thread at a time; a store gives out as many as are wanted. Each call is
/// short: what is long is read in slices, by a cursor.
/// </summary>
/// <remarks>
/// A call sees everything whose commit had returned when the call began, and nothing that is not committed. It may see what is committed
/// while it runs, so two calls, or two slices, need not be of one moment. Any member throws <see cref="StorageException"/> if the store
/// cannot be read; the next call works if the store does.
/// </remarks>
public interface IStoreReader : IDisposable
{
    /// <summary>Looks an account up by its case-sensitive name; null if there is none.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    Account? FindAccount(string username);

    /// <summary>Looks up what a login is checked against; null if there is no such account.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    Credentials? FindCredentials(string username);

    /// <summary>The store's own random bytes, at least 16, under which marks of networks are made. They never change.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    byte[] ReadNetworkKey();

    /// <summary>When the account was last noted to log in from a network, in Unix seconds; null if it never was.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    long? FindNetwork(long accountId, long mark);

    /// <summary>The largest number that follows a prefix in the password hashes of a page of all accounts.</summary>
    /// <param name="prefix">What the hashes that count begin with.</param>
    /// <param name="after">The last account of the page before; 0 at first.</param>
    /// <param name="count">At most so many accounts.</param>
    /// <returns>The largest, 0 if none of the page has the prefix; and the page's last account, 0 if there are no more.</returns>
    /// <exception cref="StorageException">The store could not be read.</exception>
    (long Largest, long LastAccount) LargestHashNumber(string prefix, long after, int count);

    /// <summary>Finds the newest messages of a conversation.</summary>
    /// <param name="userA">One of the two, in any order.</param>
    /// <param name="userB">The other.</param>
    /// <param name="limit">At most so many; at least 1.</param>
    /// <returns>A page of them, which stands before its oldest.</returns>
    /// <exception cref="StorageException">The store could not be read.</exception>
    ConversationPage FindConversation(long userA, long userB, int limit);

    /// <summary>
    /// Begins to read an account's mailbox: its messages with ids in (<paramref name="after"/>, <paramref name="through"/>], whether
    /// delivered or not. Reads nothing yet.
    /// </summary>
    /// <param name="accountId">The recipient.</param>
    /// <param name="after">Usually <see cref="Mailbox.DeliveredThrough"/>.</param>
    /// <param name="through">
    /// Usually <see cref="Mailbox.LastMessageId"/>, and any number. What is not committed at the first slice is left out.
    /// </param>
    MessageCursor ReadMailbox(long accountId, long after, long through);

    /// <summary>
    /// Hands the next messages of a cursor to a sink, oldest first and each once. One call is one slice of a few milliseconds at most: it
    /// may hand over nothing although more follow. Messages that were removed since they were found are skipped, and no others. A cursor
    /// that has come to its end stays there.
    /// </summary>
    /// <param name="cursor">Of this store. It moves on, up to and including the message at which the sink said stop.</param>
    /// <param name="sink">Takes the messages.</param>
    /// <returns>Whether more may follow.</returns>
    /// <exception cref="StorageException">The store could not be read; messages that were taken are not handed over again.</exception>
    bool Read(MessageCursor cursor, IStoredMessageSink sink);

    /// <summary>A page of all usernames but those of deleted accounts, sorted by bytes.</summary>
    /// <param name="after">The last name of the page before; empty at first.</param>
    /// <param name="count">At most so many.</param>
    /// <exception cref="StorageException">The store could not be read.</exception>
    IReadOnlyList<string> ListUsernames(string after, int count);

    /// <summary>What an operator sees of an account, also of a deleted one; null if none has this case-sensitive name.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    AccountDetails? FindAccountDetails(string username);

    /// <summary>Whether an erasure of this account was ordered and is not complete.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    bool IsErasurePending(long accountId);

    /// <summary>A page of all accounts, also of deleted ones, sorted by the bytes of their names.</summary>
    /// <param name="after">The last name of the page before; empty at first.</param>
    /// <param name="count">At most so many.</param>
    /// <exception cref="StorageException">The store could not be read.</exception>
    IReadOnlyList<AccountDetails> ListAccounts(string after, int count);

    /// <summary>A page of those to whom the account has ever written or who have written to it, sorted by id.</summary>
    /// <param name="accountId">Whose contacts.</param>
    /// <param name="after">The last one of the page before; 0 at first.</param>
    /// <param name="count">At most so many.</param>
    /// <exception cref="StorageException">The store could not be read.</exception>
    IReadOnlyList<long> ListContacts(long accountId, long after, int count);

    /// <summary>
    /// Whether each of two accounts has written to the other. Messages that are gone count, if the store has noted who wrote them: one that
    /// was upgraded may not have.
    /// </summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    bool HaveBothWritten(long userA, long userB);

    /// <summary>A page of those whom the account blocks, sorted by id.</summary>
    /// <param name="accountId">Who blocks them.</param>
    /// <param name="after">The last one of the page before; 0 at first.</param>
    /// <param name="count">At most so many.</param>
    /// <exception cref="StorageException">The store could not be read.</exception>
    IReadOnlyList<long> ListBlocked(long accountId, long after, int count);

    /// <summary>Whether <paramref name="blockerId"/> blocks <paramref name="blockedId"/>.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    bool IsBlocked(long blockerId, long blockedId);
}
