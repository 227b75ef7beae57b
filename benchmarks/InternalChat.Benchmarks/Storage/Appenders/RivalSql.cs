namespace InternalChat.Benchmarks.Storage.Appenders;

/// <summary>The product's statement with the names that mappers want.</summary>
internal static class RivalSql
{
    public const string Append = """
        INSERT INTO messages (id, sender_id, recipient_id, created_at, previous_in_conversation, previous_in_mailbox, body)
        VALUES (@Id, @SenderId, @RecipientId, @CreatedAt, @PreviousInConversation, @PreviousInMailbox, @Body)
        """;
}
