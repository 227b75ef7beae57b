namespace InternalChat.Storage;

/// <summary>
/// How far a reading of messages has got. A reader makes it and <see cref="IStoreReader.Read"/> moves it on, of the same reader or of
/// another one of the same store; one thread at a time. What is in it belongs to the store.
/// </summary>
public abstract class MessageCursor;

/// <summary>A cursor over the newest messages of a conversation.</summary>
/// <param name="count">See <see cref="Count"/>.</param>
public abstract class ConversationPage(int count) : MessageCursor
{
    /// <summary>How many messages were found. Fewer are handed over only if some are removed before they are read.</summary>
    public int Count { get; } = count;
}
