using System.Buffers.Binary;
using InternalChat.Storage;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;

namespace InternalChat.Benchmarks.Storage;

/// <summary>A log that is read, each time about another target.</summary>
internal sealed class LogReads : IDisposable
{
    private readonly ChatDatabase _database;
    private readonly ReadTarget[] _targets;
    private int _next;

    /// <param name="users">Of the log; each has two contacts.</param>
    /// <param name="rows">Messages of the log.</param>
    /// <param name="targets">All that are read about, in turn, from the messages of the log.</param>
    public LogReads(int users, int rows, Func<MessageStream, IEnumerable<ReadTarget>> targets)
    {
        var log = LogBuilder.Cached(users, contacts: 2, rows);
        DatabaseFolder.Warm(log);
        _database = ChatDatabase.Open(new DatabaseOptions { Path = log });
        Log = _database.CreateReader();
        _targets = [.. targets(new MessageStream(users, contacts: 2))];
        new Random(1).Shuffle(_targets);
    }

    public IStoreReader Log { get; }

    /// <summary>Takes what is read.</summary>
    public ReadOutput Output { get; } = new();

    /// <summary>Whom the next read is about; nothing is written yet.</summary>
    public ReadTarget Next()
    {
        Output.Clear();
        _next = _next + 1 == _targets.Length ? 0 : _next + 1;
        return _targets[_next];
    }

    /// <summary>Reads about so many targets.</summary>
    /// <exception cref="InvalidOperationException">The messages are not as many, not in order, or not up to the last.</exception>
    public void Check(int times, int messages, Func<int> read)
    {
        for (var i = 0; i < times; i++)
        {
            Checked.Equal(messages, read());
            Checked.Equal(true, Output.IsInOrder);
            Checked.Equal(_targets[_next].LastId, Output.LastId);
        }
    }

    public void Dispose()
    {
        Log.Dispose();
        _database.Dispose();
    }
}

/// <summary>Whom a read is about.</summary>
/// <param name="User">Its account.</param>
/// <param name="Other">The other account of a conversation; for a mailbox, the message up to which it was delivered.</param>
/// <param name="LastId">The last message that is read.</param>
internal readonly record struct ReadTarget(long User, long Other, long LastId);

/// <summary>Takes what was read into one buffer, as a reply is written.</summary>
internal sealed class ReadOutput : IStoredMessageSink
{
    private const int LargestMessage = 8 << 10;

    private byte[] _bytes = new byte[1 << 16];
    private int _length;

    public int Messages { get; private set; }

    public long LastId { get; private set; }

    /// <summary>Whether each message was newer than the one before.</summary>
    public bool IsInOrder { get; private set; } = true;

    public void Clear() => (_length, Messages, LastId, IsInOrder) = (0, 0, 0, true);

    public bool Accept(in StoredMessage message)
    {
        if (_bytes.Length - _length < LargestMessage)
            Array.Resize(ref _bytes, _bytes.Length * 2);
        var free = _bytes.AsSpan(_length);
        BinaryPrimitives.WriteInt64LittleEndian(free, message.Id);
        BinaryPrimitives.WriteInt64LittleEndian(free[8..], message.CreatedAt);
        message.Sender.CopyTo(free[16..]);
        message.Body.CopyTo(free[(16 + message.Sender.Length)..]);
        _length += 16 + message.Sender.Length + message.Body.Length;
        Messages++;
        IsInOrder &= message.Id > LastId;
        LastId = message.Id;
        return true;
    }
}
