using InternalChat.Storage.Sqlite.Opening;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Maintenance.Checks;

/// <summary>
/// Goes through the log once and checks that every back-pointer leads to the message before it, and that the tables of heads, marks and
/// contacts say what the log says. Memory grows with conversations (about 60 bytes each), not with messages.
/// </summary>
internal sealed class LogCheck : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Findings _findings;
    private readonly HashSet<long> _accounts = [];
    private readonly HashSet<long> _beingErased = [];
    private readonly HeadTracker _conversations;
    private readonly HeadTracker _mailboxes;
    private readonly PreparedStatement _find;
    private readonly PreparedStatement _hasContact;
    private readonly long _lastMessageId;
    private readonly long _unlinkedThrough;
    private long _oldest;

    public LogCheck(DatabaseSnapshot snapshot, Findings findings)
    {
        _connection = snapshot.Connection;
        _findings = findings;
        _lastMessageId = snapshot.LastMessageId;
        var headsThrough = Number(CheckSql.HeadsThrough);
        _unlinkedThrough = Number(CheckSql.UnlinkedThrough);
        if (headsThrough > _lastMessageId)
            _findings.Add($"state: heads are said to be true up to message {headsThrough}, but the last one is {_lastMessageId}");
        _conversations = new HeadTracker(headsThrough);
        _mailboxes = new HeadTracker(headsThrough);
        _find = new PreparedStatement(_connection, CheckSql.FindMessage);
        _hasContact = new PreparedStatement(_connection, CheckSql.FindContact);
    }

    public void Run()
    {
        foreach (var row in Rows(CheckSql.Accounts))
            _accounts.Add(row.Int64(0));
        foreach (var row in Rows(CheckSql.Erasures))
            _beingErased.Add(row.Int64(0));
        foreach (var row in Rows(CheckSql.Messages))
            CheckMessage(row);
        // Where there is no message left, whatever is pointed at has been removed.
        _oldest = _oldest == 0 ? long.MaxValue : _oldest;
        CheckConversationHeads();
        CheckMailboxHeads();
    }

    public void Dispose()
    {
        _find.Dispose();
        _hasContact.Dispose();
    }

    private void CheckMessage(PreparedStatement row)
    {
        var (id, sender, recipient) = (row.Int64(0), row.Int64(1), row.Int64(2));
        var (inConversation, inMailbox) = (row.Int64(3), row.Int64(4));
        if (_oldest == 0)
            _oldest = id;
        if (id <= 0 || inConversation < 0 || inConversation >= id || inMailbox < 0 || inMailbox >= id)
            _findings.Add($"message {id}: points back at {inConversation} and {inMailbox}, which are not before it");
        if (sender > 0)
            CheckLiving(id, sender, recipient, inConversation);
        else if (row.Int64(5) != 0)
            _findings.Add($"message {id}: was wiped and still has a body");
        // An erasure takes a mailbox away from its old end, and nobody reads it any more.
        if (recipient > 0 && !_beingErased.Contains(recipient))
            CheckPlaceInMailbox(id, recipient, inMailbox);
    }

    private void CheckLiving(long id, long sender, long recipient, long inConversation)
    {
        if (!_accounts.Contains(sender) || !_accounts.Contains(recipient))
            _findings.Add($"message {id}: is from account {sender} to account {recipient}, which are not both there");
        var expected = _conversations.Add(Math.Min(sender, recipient), Math.Max(sender, recipient), id);
        if (inConversation == expected || (expected == 0 && IsGone(inConversation)))
            return;
        _findings.Add($"message {id}: the message before it in the conversation is {expected}, but it points at {inConversation}");
    }

    private void CheckPlaceInMailbox(long id, long recipient, long inMailbox)
    {
        var expected = _mailboxes.Add(0, recipient, id);
        if (inMailbox == expected)
            return;
        // Of the original's messages only those that were pending are linked, and nothing leads to what is gone.
        var mayDiffer = expected <= _unlinkedThrough;
        if (mayDiffer && (inMailbox < _oldest || (Find(inMailbox, out _, out var itsRecipient) && itsRecipient == recipient)))
            return;
        _findings.Add($"message {id}: the message before it in the mailbox is {expected}, but it points at {inMailbox}");
    }

    private void CheckConversationHeads()
    {
        foreach (var row in Rows(CheckSql.Conversations))
        {
            var (low, high, head) = (row.Int64(0), row.Int64(1), row.Int64(2));
            if (low > high || !_accounts.Contains(low) || !_accounts.Contains(high))
                _findings.Add($"conversation of {low} and {high}: these are not two accounts in order");
            var (inTables, ofAll) = _conversations.Take(low, high);
            var isRight = head == inTables || (head > inTables && Find(head, out var sender, out var recipient)
                && (Math.Min(sender, recipient), Math.Max(sender, recipient)) == (low, high));
            if (!isRight && !(inTables == 0 && IsGone(head)))
                _findings.Add($"conversation of {low} and {high}: its last message is {inTables}, but its head is {head}");
            if (ofAll > 0)
                CheckContacts(low, high);
        }

        foreach (var (low, high) in _conversations.Left)
        {
            if (_conversations.Peek(low, high).InTables is > 0 and var last)
                _findings.Add($"conversation of {low} and {high}: its last message is {last}, but it has no head");
            CheckContacts(low, high);
        }
    }

    private void CheckMailboxHeads()
    {
        foreach (var row in Rows(CheckSql.Mailboxes))
        {
            var (owner, head, delivered) = (row.Int64(0), row.Int64(1), row.Int64(2));
            if (!_accounts.Contains(owner))
                _findings.Add($"mailbox of {owner}: there is no such account");
            if (delivered < 0 || delivered > _lastMessageId)
                _findings.Add($"mailbox of {owner}: is delivered up to message {delivered}, but the last one is {_lastMessageId}");
            if (_beingErased.Contains(owner))
                continue;
            var (inTables, _) = _mailboxes.Take(0, owner);
            var isTheirs = Find(head, out _, out var recipient) && recipient == owner;
            if (head != inTables && !(head > inTables && isTheirs) && !(inTables <= _unlinkedThrough && (isTheirs || head < _oldest)))
                _findings.Add($"mailbox of {owner}: its last message is {inTables}, but its head is {head}");
        }

        foreach (var (_, owner) in _mailboxes.Left)
        {
            if (_mailboxes.Peek(0, owner).InTables is var last && last > _unlinkedThrough)
                _findings.Add($"mailbox of {owner}: its last message is {last}, but it has no head");
        }
    }

    private void CheckContacts(long low, long high)
    {
        if (!HasContact(low, high) || !HasContact(high, low))
            _findings.Add($"contacts: {low} and {high} have a conversation and are not each other's contacts");
    }

    private bool HasContact(long accountId, long contactId)
    {
        var has = _hasContact.Bind(1, accountId).Bind(2, contactId).Step();
        _hasContact.Reset();
        return has;
    }

    /// <summary>Whether it is right that a chain ends here: at nothing, at what retention has removed, or at what was wiped.</summary>
    private bool IsGone(long messageId) => messageId < _oldest || (Find(messageId, out var sender, out _) && sender <= 0);

    private bool Find(long messageId, out long senderId, out long recipientId)
    {
        var isThere = _find.Bind(1, messageId).Step();
        (senderId, recipientId) = isThere ? (_find.Int64(0), _find.Int64(1)) : (0, 0);
        _find.Reset();
        return isThere;
    }

    private long Number(string sql) => Rows(sql).Select(static row => row.Int64(0)).First();

    private IEnumerable<PreparedStatement> Rows(string sql)
    {
        using var statement = new PreparedStatement(_connection, sql);
        while (statement.Step())
            yield return statement;
    }
}
