using System.Numerics;

namespace InternalChat.Storage.Sqlite.Writing;

/// <summary>
/// Who wrote the newest messages to whom and whether they were read, so that marking a fresh message as read needs no look-up. A ring over
/// the ids: a newer message takes the place of one that is a ring's length older. The writer's thread only.
/// </summary>
internal sealed class RecentMessages
{
    private readonly Entry[] _ring;
    private readonly List<long> _readInBatch = [];

    public RecentMessages(int capacity) => _ring = new Entry[BitOperations.RoundUpToPowerOf2((uint)capacity)];

    public void Add(long messageId, long senderId, long recipientId) =>
        At(messageId) = new Entry { IdAndReadFlag = messageId << 1, SenderId = senderId, RecipientId = recipientId };

    /// <summary>False where the message is not among the recent ones, which says nothing about whether it exists.</summary>
    public bool TryFind(long messageId, out long senderId, out long recipientId, out bool isRead)
    {
        ref var entry = ref At(messageId);
        (senderId, recipientId) = (entry.SenderId, entry.RecipientId);
        isRead = (entry.IdAndReadFlag & 1) != 0;
        return messageId > 0 && entry.IdAndReadFlag >> 1 == messageId;
    }

    /// <summary>Forgets a committed message. No batch is open.</summary>
    public void Forget(long messageId)
    {
        ref var entry = ref At(messageId);
        if (entry.IdAndReadFlag >> 1 == messageId)
            entry = default;
    }

    /// <summary>Remembers a receipt of the open batch, where the message is among the recent ones.</summary>
    public void MarkRead(long messageId)
    {
        ref var entry = ref At(messageId);
        if (entry.IdAndReadFlag >> 1 != messageId)
            return;
        entry.IdAndReadFlag |= 1;
        _readInBatch.Add(messageId);
    }

    public void Commit() => _readInBatch.Clear();

    /// <summary>Forgets the batch's receipts and its messages, whose ids will be given again.</summary>
    public void Rollback(long lastCommitted, long lastAppended)
    {
        foreach (var messageId in _readInBatch)
        {
            // A message of the batch may have taken the place of the one that was marked.
            if (At(messageId).IdAndReadFlag >> 1 == messageId)
                At(messageId).IdAndReadFlag &= ~1L;
        }

        _readInBatch.Clear();
        for (var messageId = Math.Max(lastCommitted, lastAppended - _ring.Length) + 1; messageId <= lastAppended; messageId++)
            At(messageId) = default;
    }

    private ref Entry At(long messageId) => ref _ring[messageId & (_ring.Length - 1)];

    private struct Entry
    {
        public long IdAndReadFlag;
        public long SenderId;
        public long RecipientId;
    }
}
