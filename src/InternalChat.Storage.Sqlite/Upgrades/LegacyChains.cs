using System.Runtime.InteropServices;
using InternalChat.Storage.Sqlite.Heads;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Writing;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Upgrades;

/// <summary>
/// Links the original server's messages as they are copied in id order. A conversation's chain has all of its messages; a mailbox's chain
/// only those that were never delivered, because the original knew that for each message while ours knows one mark: whatever was delivered
/// in between is simply not on the chain.
/// </summary>
internal sealed class LegacyChains
{
    private readonly Dictionary<(long Low, long High), (long Last, Writers Writers)> _conversations = [];
    private readonly Dictionary<long, (long FirstPending, long LastPending)> _mailboxes = [];

    public long Messages { get; private set; }

    public long Pending { get; private set; }

    /// <returns>What the message's row points back at.</returns>
    public (long InConversation, long InMailbox) Add(long messageId, long senderId, long recipientId, bool isPending)
    {
        Messages++;
        var key = (Math.Min(senderId, recipientId), Math.Max(senderId, recipientId));
        ref var conversation = ref CollectionsMarshal.GetValueRefOrAddDefault(_conversations, key, out _);
        var previousInConversation = conversation.Last;
        conversation = (messageId, conversation.Writers | ConversationWriters.Of(senderId, recipientId) | Writers.SinceFirst);
        if (!isPending)
            return (previousInConversation, 0);

        Pending++;
        ref var mailbox = ref CollectionsMarshal.GetValueRefOrAddDefault(_mailboxes, recipientId, out var exists);
        var previousInMailbox = mailbox.LastPending;
        mailbox = (exists ? mailbox.FirstPending : messageId, messageId);
        return (previousInConversation, previousInMailbox);
    }

    /// <summary>Writes the heads and contacts within the transaction that is open.</summary>
    public void Write(SqliteConnection connection)
    {
        using var conversation = new PreparedStatement(connection, HeadSql.WriteConversation);
        using var mailbox = new PreparedStatement(connection, HeadSql.WriteMailbox);
        using var contact = new PreparedStatement(connection, WritingSql.AddContact);
        foreach (var ((low, high), (last, writers)) in _conversations.OrderBy(entry => entry.Key))
        {
            conversation.Bind(1, low).Bind(2, high).Bind(3, last).Bind(4, (long)writers).Execute();
            contact.Bind(1, low).Bind(2, high).Execute();
            contact.Bind(1, high).Bind(2, low).Execute();
        }

        foreach (var (owner, (first, last)) in _mailboxes.OrderBy(entry => entry.Key))
            mailbox.Bind(1, owner).Bind(2, last).Bind(3, first - 1).Execute();
    }
}
