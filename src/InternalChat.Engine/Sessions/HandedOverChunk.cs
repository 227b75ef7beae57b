using System.Buffers;

namespace InternalChat.Engine.Sessions;

/// <summary>What a catch-up has handed over since it last told the writer, which gives its memory back.</summary>
internal sealed class HandedOverChunk
{
    /// <summary>Most messages in a chunk: one chunk of receipts stays far below what may wait for a sender.</summary>
    public const int MaxMessages = 512;

    private (long SenderId, long MessageId)[] _messages = ArrayPool<(long, long)>.Shared.Rent(MaxMessages);

    public int Count { get; private set; }

    public bool IsFull => Count == MaxMessages;

    /// <summary>The catch-up has reached this message, up to which it was asked; 0 while it goes on.</summary>
    public long ReachedEnd { get; set; }

    public (long SenderId, long MessageId) this[int index] => _messages[index];

    public void Add(long senderId, long messageId) => _messages[Count++] = (senderId, messageId);

    /// <summary>Forgets messages after this one.</summary>
    public void KeepThrough(long messageId)
    {
        while (Count > 0 && _messages[Count - 1].MessageId > messageId)
            Count--;
    }

    /// <summary>Gives the memory back; nothing is in it any more.</summary>
    public void Release()
    {
        Count = 0;
        ArrayPool<(long, long)>.Shared.Return(_messages);
        _messages = [];
    }
}
