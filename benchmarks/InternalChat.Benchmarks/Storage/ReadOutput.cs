using System.Buffers.Binary;
using System.Text;
using InternalChat.Storage;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// Takes what was read into one buffer, as a reply is written: so everybody copies each value once, and results can be compared.
/// </summary>
internal sealed class ReadOutput : IStoredMessageSink
{
    private const int LargestMessage = 8 << 10;

    private byte[] _bytes = new byte[1 << 16];
    private int _length;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public int Messages { get; private set; }

    public void Clear() => (_length, Messages) = (0, 0);

    public void Add(long id, ReadOnlySpan<byte> sender, long createdAt, ReadOnlySpan<byte> body)
    {
        var free = Reserve();
        BinaryPrimitives.WriteInt64LittleEndian(free, id);
        BinaryPrimitives.WriteInt64LittleEndian(free[8..], createdAt);
        sender.CopyTo(free[16..]);
        body.CopyTo(free[(16 + sender.Length)..]);
        _length += 16 + sender.Length + body.Length;
    }

    public void Add(long id, string sender, long createdAt, string body)
    {
        var free = Reserve();
        BinaryPrimitives.WriteInt64LittleEndian(free, id);
        BinaryPrimitives.WriteInt64LittleEndian(free[8..], createdAt);
        var length = 16 + Encoding.UTF8.GetBytes(sender, free[16..]);
        _length += length + Encoding.UTF8.GetBytes(body, free[length..]);
    }

    public bool Accept(in StoredMessage message)
    {
        Add(message.Id, message.Sender, message.CreatedAt, message.Body);
        return true;
    }

    private Span<byte> Reserve()
    {
        if (_bytes.Length - _length < LargestMessage)
            Array.Resize(ref _bytes, _bytes.Length * 2);
        Messages++;
        return _bytes.AsSpan(_length);
    }
}
