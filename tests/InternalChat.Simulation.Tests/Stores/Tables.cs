using InternalChat.Storage;

namespace InternalChat.Simulation.Tests.Stores;

/// <summary>One message as it lies in the log.</summary>
internal sealed record LoggedMessage(long Id, long SenderId, long RecipientId, string Body, long CreatedAt);

/// <summary>One account.</summary>
internal sealed record AccountRow(long Id, string Name, string PasswordHash, AccountStatus Status, long CreatedAt);

/// <summary>Everything that is subject to commits, as simple as it can be.</summary>
internal sealed class Tables
{
    private readonly List<LoggedMessage> _messages = [];
    private readonly List<AccountRow> _accounts = [];
    private readonly HashSet<long> _read = [];
    private readonly HashSet<(long Blocker, long Blocked)> _blocks = [];

    public IReadOnlyList<LoggedMessage> Messages => _messages;

    public IReadOnlyList<AccountRow> Accounts => _accounts;

    public long LastId => _messages.Count == 0 ? 0 : _messages[^1].Id;

    public Tables Clone()
    {
        var copy = new Tables();
        copy._messages.AddRange(_messages);
        copy._accounts.AddRange(_accounts);
        copy._read.UnionWith(_read);
        copy._blocks.UnionWith(_blocks);
        return copy;
    }

    public void Append(LoggedMessage message) => _messages.Add(message);

    public LoggedMessage? Find(long messageId)
    {
        var (low, high) = (0, _messages.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_messages[middle].Id == messageId)
                return _messages[middle];
            if (_messages[middle].Id < messageId)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return null;
    }

    public long LastMessageFor(long accountId)
    {
        for (var i = _messages.Count - 1; i >= 0; i--)
        {
            if (_messages[i].RecipientId == accountId)
                return _messages[i].Id;
        }

        return 0;
    }

    public bool IsRead(long messageId) => _read.Contains(messageId);

    public void MarkRead(long messageId) => _read.Add(messageId);

    public bool IsBlocked(long blocker, long blocked) => _blocks.Contains((blocker, blocked));

    public void Block(long blocker, long blocked) => _blocks.Add((blocker, blocked));

    public void Unblock(long blocker, long blocked) => _blocks.Remove((blocker, blocked));

    public IReadOnlyList<long> BlockedBy(long blocker) =>
        [.. _blocks.Where(block => block.Blocker == blocker).Select(static block => block.Blocked).Order()];

    public AccountRow? Find(string name) => _accounts.Find(account => account.Name == name);

    public AccountRow? FindAccount(long id) => id > 0 && id <= _accounts.Count ? _accounts[(int)id - 1] : null;

    public void Add(AccountRow account) => _accounts.Add(account);

    public void Replace(AccountRow account) => _accounts[(int)account.Id - 1] = account;
}
