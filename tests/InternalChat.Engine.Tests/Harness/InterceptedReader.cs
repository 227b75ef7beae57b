using InternalChat.Storage;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>A store's real reading side, held or changed where a test says so. The hooks run on a reader's thread.</summary>
internal sealed class InterceptedReader(IStoreReader store) : IStoreReader
{
    /// <summary>Before the messages of a HISTORY are looked for.</summary>
    public Action? BeforeHistory { get; set; }

    /// <summary>Before a slice of a mailbox.</summary>
    public Action? BeforeWalk { get; set; }

    /// <summary>Before a page of names; a login that looks for one name reads none.</summary>
    public Action? BeforeNames { get; set; }

    /// <summary>Each slice has one message, as if those around it were gone.</summary>
    public bool IsSparse { get; set; }

    /// <summary>Slices of mailboxes that were read.</summary>
    public int Walks { get; private set; }

    public Account? FindAccount(string username) => store.FindAccount(username);

    public Credentials? FindCredentials(string username) => store.FindCredentials(username);

    public byte[] ReadNetworkKey() => store.ReadNetworkKey();

    public long? FindNetwork(long accountId, long mark) => store.FindNetwork(accountId, mark);

    public (long Largest, long LastAccount) LargestHashNumber(string prefix, long after, int count) =>
        store.LargestHashNumber(prefix, after, count);

    public ConversationPage FindConversation(long userA, long userB, int limit)
    {
        BeforeHistory?.Invoke();
        return store.FindConversation(userA, userB, limit);
    }

    public MessageCursor ReadMailbox(long accountId, long after, long through) => store.ReadMailbox(accountId, after, through);

    public bool Read(MessageCursor cursor, IStoredMessageSink sink)
    {
        if (cursor is ConversationPage)
            return store.Read(cursor, sink);
        BeforeWalk?.Invoke();
        Walks++;
        return store.Read(cursor, IsSparse ? new First(sink) : sink);
    }

    public IReadOnlyList<string> ListUsernames(string after, int count)
    {
        if (count > 1)
            BeforeNames?.Invoke();
        return store.ListUsernames(after, count);
    }

    public AccountDetails? FindAccountDetails(string username) => store.FindAccountDetails(username);

    public bool IsErasurePending(long accountId) => store.IsErasurePending(accountId);

    public IReadOnlyList<AccountDetails> ListAccounts(string after, int count) => store.ListAccounts(after, count);

    public IReadOnlyList<long> ListContacts(long accountId, long after, int count) => store.ListContacts(accountId, after, count);

    public bool HaveBothWritten(long userA, long userB) => store.HaveBothWritten(userA, userB);

    public IReadOnlyList<long> ListBlocked(long accountId, long after, int count) => store.ListBlocked(accountId, after, count);

    public bool IsBlocked(long blockerId, long blockedId) => store.IsBlocked(blockerId, blockedId);

    public void Dispose() => store.Dispose();

    private sealed class First(IStoredMessageSink sink) : IStoredMessageSink
    {
        public bool Accept(in StoredMessage message)
        {
            sink.Accept(message);
            return false;
        }
    }
}
