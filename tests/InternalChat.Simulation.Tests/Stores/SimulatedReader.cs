using System.Globalization;
using System.Text;
using InternalChat.Storage;

namespace InternalChat.Simulation.Tests.Stores;

/// <summary>The reading side of the store in memory: what is committed, in short slices.</summary>
internal sealed class SimulatedReader(Disk disk, IStoreFate fate) : IStoreReader
{
    private bool _isBusy;

    private Tables Tables => disk.Committed;

    public Account? FindAccount(string username)
    {
        Check("read account");
        return Tables.Find(username) is { } account ? new Account(account.Id, account.Name, account.Status) : null;
    }

    public Credentials? FindCredentials(string username)
    {
        Check("read credentials");
        return Tables.Find(username) is { } account
            ? new Credentials(account.Id, account.Name, account.PasswordHash, account.Status)
            : null;
    }

    public byte[] ReadNetworkKey()
    {
        Check("read network key");
        return new byte[32];
    }

    public long? FindNetwork(long accountId, long mark)
    {
        Check("read network");
        return disk.Networks.TryGetValue((accountId, mark), out var at) ? at : null;
    }

    public (long Largest, long LastAccount) LargestHashNumber(string prefix, long after, int count)
    {
        Check("read hashes");
        var page = Tables.Accounts.Where(account => account.Id > after).OrderBy(static account => account.Id).Take(count).ToList();
        var largest = page
            .Where(account => account.PasswordHash.StartsWith(prefix, StringComparison.Ordinal))
            .Select(account => long.Parse(account.PasswordHash[prefix.Length..].Split('$')[0], CultureInfo.InvariantCulture))
            .DefaultIfEmpty()
            .Max();
        return (largest, page.Count < count ? 0 : page[^1].Id);
    }

    public ConversationPage FindConversation(long userA, long userB, int limit)
    {
        Check("find conversation");
        return new Page([.. Tables.Messages
            .Where(message => IsOf(message, userA, userB) || IsOf(message, userB, userA))
            .TakeLast(limit)]);
    }

    public MessageCursor ReadMailbox(long accountId, long after, long through) => new MailboxCursor(accountId, after, through);

    public bool Read(MessageCursor cursor, IStoredMessageSink sink)
    {
        if (_isBusy)
            fate.Fail("A reader is used by one thread at a time", "two read");
        _isBusy = true;
        try
        {
            Check("read messages");
            return cursor is Page page ? Read(page, sink) : Read((MailboxCursor)cursor, sink);
        }
        finally
        {
            _isBusy = false;
        }
    }

    public IReadOnlyList<string> ListUsernames(string after, int count)
    {
        Check("list usernames");
        return
        [
            .. Sorted(after)
                .Where(static account => account.Status != AccountStatus.Deleted)
                .Take(count)
                .Select(static account => account.Name),
        ];
    }

    public AccountDetails? FindAccountDetails(string username)
    {
        Check("read account details");
        return Tables.Find(username) is { } account ? Details(account) : null;
    }

    public bool IsErasurePending(long accountId) => false;

    public IReadOnlyList<AccountDetails> ListAccounts(string after, int count)
    {
        Check("list accounts");
        return [.. Sorted(after).Take(count).Select(Details)];
    }

    public IReadOnlyList<long> ListContacts(long accountId, long after, int count)
    {
        Check("list contacts");
        return
        [
            .. Tables.Messages
                .Where(message => message.SenderId == accountId || message.RecipientId == accountId)
                .Select(message => message.SenderId == accountId ? message.RecipientId : message.SenderId)
                .Distinct()
                .Where(contact => contact > after)
                .Order()
                .Take(count),
        ];
    }

    public bool HaveBothWritten(long userA, long userB)
    {
        Check("have both written");
        return Tables.Messages.Any(message => IsOf(message, userA, userB)) && Tables.Messages.Any(message => IsOf(message, userB, userA));
    }

    public IReadOnlyList<long> ListBlocked(long accountId, long after, int count)
    {
        Check("list blocked");
        return [.. Tables.BlockedBy(accountId).Where(id => id > after).Take(count)];
    }

    public bool IsBlocked(long blockerId, long blockedId)
    {
        Check("read block");
        return Tables.IsBlocked(blockerId, blockedId);
    }

    public void Dispose()
    {
    }

    private static bool IsOf(LoggedMessage message, long sender, long recipient) =>
        message.SenderId == sender && message.RecipientId == recipient;

    private static AccountDetails Details(AccountRow account) => new(
        account.Id, account.Name, account.CreatedAt, account.Status, account.PasswordHash != Credentials.UnusableHash);

    private IEnumerable<AccountRow> Sorted(string after) => Tables.Accounts
        .Where(account => string.CompareOrdinal(account.Name, after) > 0)
        .OrderBy(static account => account.Name, StringComparer.Ordinal);

    private bool Read(Page page, IStoredMessageSink sink)
    {
        for (var left = fate.NextSlice(); page.Next < page.Messages.Count; left--)
        {
            if (left == 0)
                return true;
            if (!Accept(sink, page.Messages[page.Next++]))
                return page.Next < page.Messages.Count;
        }

        return false;
    }

    private bool Read(MailboxCursor cursor, IStoredMessageSink sink)
    {
        var left = fate.NextSlice();
        foreach (var message in Tables.Messages.Where(message => message.RecipientId == cursor.AccountId).ToArray())
        {
            if (message.Id <= cursor.After || message.Id > cursor.Through)
                continue;
            if (left-- == 0)
                return true;
            cursor.After = message.Id;
            if (!Accept(sink, message))
                return true;
        }

        return false;
    }

    private bool Accept(IStoredMessageSink sink, LoggedMessage message)
    {
        fate.ReaderPasses("between messages");
        return sink.Accept(new StoredMessage
        {
            Id = message.Id,
            SenderId = message.SenderId,
            Sender = Encoding.UTF8.GetBytes(Tables.FindAccount(message.SenderId)!.Name),
            CreatedAt = message.CreatedAt,
            Body = Encoding.UTF8.GetBytes(message.Body),
        });
    }

    private void Check(string place)
    {
        if (!fate.ReaderPasses(place))
            throw new StorageException($"the disk fails at: {place}");
    }

    private sealed class Page(IReadOnlyList<LoggedMessage> messages) : ConversationPage(messages.Count)
    {
        public IReadOnlyList<LoggedMessage> Messages => messages;

        public int Next { get; set; }
    }

    private sealed class MailboxCursor(long accountId, long after, long through) : MessageCursor
    {
        public long AccountId => accountId;

        public long After { get; set; } = after;

        public long Through => through;
    }
}
