using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Durability;

/// <summary>What was acknowledged, seen and stored over all lives of a server, held against the promise. Safe for many threads.</summary>
internal sealed class MessageLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, SentMessage> _messages = [];
    private readonly Dictionary<SentMessage, long> _ids = [];
    private readonly HashSet<long> _acknowledged = [];
    private readonly HashSet<long> _seen = [];
    private readonly HashSet<long> _stored = [];
    private readonly Dictionary<(string Sender, string Recipient), (long Id, int Sequence)> _lastSeen = [];

    public int Acknowledged
    {
        get
        {
            lock (_lock)
                return _acknowledged.Count;
        }
    }

    /// <summary>The highest id that anybody was told of.</summary>
    public long HighestId
    {
        get
        {
            lock (_lock)
                return _messages.Count == 0 ? 0 : _messages.Keys.Max();
        }
    }

    /// <summary>The sender was told OK queued or DELIVERED.</summary>
    public void Acknowledge(string reply, SentMessage message)
    {
        lock (_lock)
        {
            Learn(ServerFrame.IdOf(reply), message);
            _acknowledged.Add(ServerFrame.IdOf(reply));
        }
    }

    /// <summary>The recipient was handed the message, perhaps once more.</summary>
    public void See(string from, string recipient)
    {
        var (id, message) = (ServerFrame.IdOf(from), SentMessage.Parse(ServerFrame.BodyOf(from)));
        Assert.Equal((ServerFrame.SenderOf(from), recipient), (message.Sender, message.Recipient));
        lock (_lock)
        {
            Learn(id, message);
            if (!_seen.Add(id))
                return;
            var pair = (message.Sender, message.Recipient);
            if (_lastSeen.TryGetValue(pair, out var last))
                Assert.True(id > last.Id && message.Sequence > last.Sequence, $"{message} with id {id} was first seen after {last}.");
            _lastSeen[pair] = (id, message.Sequence);
        }
    }

    /// <summary>The message is in HISTORY.</summary>
    public void Store(string historyLine)
    {
        lock (_lock)
        {
            Learn(ServerFrame.IdOf(historyLine), SentMessage.Parse(ServerFrame.BodyOf(historyLine)));
            _stored.Add(ServerFrame.IdOf(historyLine));
        }
    }

    /// <summary>Whatever anybody was told of is in the log.</summary>
    public void RequireAllStored()
    {
        lock (_lock)
        {
            Assert.True(_acknowledged.IsSubsetOf(_stored), $"Acknowledged but lost: {Describe(_acknowledged.Except(_stored))}");
            Assert.True(_seen.IsSubsetOf(_stored), $"Seen but not stored: {Describe(_seen.Except(_stored))}");
        }
    }

    /// <summary>Whatever is in the log has reached its recipient.</summary>
    public void RequireAllSeen()
    {
        lock (_lock)
            Assert.True(_stored.IsSubsetOf(_seen), $"Stored but never delivered: {Describe(_stored.Except(_seen))}");
    }

    private void Learn(long id, SentMessage message)
    {
        if (!_messages.TryAdd(id, message))
            Assert.Equal(_messages[id], message);
        if (!_ids.TryAdd(message, id))
            Assert.Equal(_ids[message], id);
    }

    private string Describe(IEnumerable<long> ids)
    {
        var all = ids.Order().ToList();
        return $"{all.Count} message(s), e.g. {string.Join("; ", all.Take(5).Select(id => $"{id}: {_messages[id]}"))}";
    }
}
