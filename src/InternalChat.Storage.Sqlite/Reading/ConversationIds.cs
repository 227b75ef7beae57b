using InternalChat.Storage.Sqlite.Heads;

namespace InternalChat.Storage.Sqlite.Reading;

/// <summary>The newest messages of a conversation. A page is short, so all of its ids are found at once.</summary>
/// <param name="oldestFirst">Their ids.</param>
internal sealed class ConversationIds(ReadOnlyMemory<long> oldestFirst) : ConversationPage(oldestFirst.Length), IMessageIds
{
    private int _consumed;

    public ReadOnlySpan<long> Found => oldestFirst.Span[_consumed..];

    public bool MayHaveMore => _consumed < oldestFirst.Length;

    public bool TryFind(ChainReader chains) => MayHaveMore;

    public void Consume(int count) => _consumed += count;
}
