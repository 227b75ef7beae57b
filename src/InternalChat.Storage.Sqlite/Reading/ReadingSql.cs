namespace InternalChat.Storage.Sqlite.Reading;

/// <summary>What readers read of messages.</summary>
internal static class ReadingSql
{
    public const string ReadMessage = "SELECT sender_id, created_at, body FROM messages WHERE id = ?1";
}
