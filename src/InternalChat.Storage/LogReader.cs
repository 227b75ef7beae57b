namespace InternalChat.Storage;

/// <summary>
/// Reads the database through a read-only connection of its own, beside the writer. Used by one thread at a time; each call is one short read
/// transaction or none, so a reader never keeps the WAL from being recycled. Sees committed messages at once and uncommitted ones never.
/// </summary>
/// <remarks>Any member throws <see cref="StorageException"/> where the file cannot be read.</remarks>
public sealed class LogReader : IDisposable
{
    internal LogReader()
    {
    }

    /// <summary>Looks an account up by its case-sensitive name; null where there is none.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public Account? FindAccount(string username) => throw new NotImplementedException();

    /// <summary>Looks up what a login is checked against; null where there is no such account.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public Credentials? FindCredentials(string username) => throw new NotImplementedException();

    /// <summary>Walks a conversation back from its newest committed message.</summary>
    /// <param name="userA">One of the two, in any order.</param>
    /// <param name="userB">The other.</param>
    /// <param name="newestFirst">Filled with ids, both directions, newest first.</param>
    /// <returns>How many ids were filled in: fewer than the span holds only where the conversation has no more.</returns>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public int WalkConversation(long userA, long userB, Span<long> newestFirst) => throw new NotImplementedException();

    /// <summary>Starts a walk over an account's messages with ids in (<paramref name="after"/>, <paramref name="through"/>].</summary>
    /// <param name="accountId">The recipient.</param>
    /// <param name="after">Usually <see cref="Mailbox.DeliveredThrough"/>.</param>
    /// <param name="through">Usually <see cref="Mailbox.LastMessageId"/>; what is not committed is left out.</param>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public MailboxWalk StartMailboxWalk(long accountId, long after, long through) => throw new NotImplementedException();

    /// <summary>The next ids of a walk, oldest first.</summary>
    /// <param name="walk">The walk, which moves on.</param>
    /// <param name="ascending">At least one long.</param>
    /// <returns>How many ids were filled in; 0 at the end of the walk.</returns>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public int NextPending(MailboxWalk walk, Span<long> ascending) => throw new NotImplementedException();

    /// <summary>Hands messages to a sink in the order of the ids given. Ids without a message (deleted, never given) are skipped.</summary>
    /// <returns>How many ids were consumed: all, or those up to and including the message at which the sink said stop.</returns>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public int ReadMessages(ReadOnlySpan<long> ids, IStoredMessageSink sink) => throw new NotImplementedException();

    /// <summary>A page of all usernames, sorted by bytes.</summary>
    /// <param name="after">The last name of the page before; empty at first.</param>
    /// <param name="count">At most so many.</param>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public IReadOnlyList<string> ListUsernames(string after, int count) => throw new NotImplementedException();

    /// <summary>Everybody the account has ever exchanged a message with, sorted by id.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public IReadOnlyList<long> ListContacts(long accountId) => throw new NotImplementedException();

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
    }
}
