using InternalChat.Client;

namespace InternalChat.Terminal.Session;

/// <summary>
/// Recognises a message that comes again, as one may after the connection broke. By all of it and not by its id alone: a server that
/// was set up anew starts its ids anew.
/// </summary>
internal sealed class RecentMessages
{
    private const int Capacity = 1_024;

    private readonly HashSet<ChatMessage> _seen = [];
    private readonly Queue<ChatMessage> _order = [];

    /// <summary>Whether it is new; it is remembered.</summary>
    internal bool Add(ChatMessage message)
    {
        if (!_seen.Add(message))
            return false;
        _order.Enqueue(message);
        if (_order.Count > Capacity)
            _seen.Remove(_order.Dequeue());
        return true;
    }
}
