using System.Buffers;

namespace InternalChat.Server.Network.Transport;

/// <summary>
/// Bytes that were received and not consumed, in one piece of rented memory; none while there are no such bytes. One user at a time. It
/// must not be copied.
/// </summary>
internal struct ReceiveBuffer
{
    private const int UsualBytes = 16 * 1024;
    private const int MinRoomBytes = 4 * 1024;

    private byte[]? _bytes;
    private int _start;
    private int _examined;
    private int _end;

    public readonly bool HasUnexamined => _end > _examined;

    public readonly ReadOnlySequence<byte> Unconsumed =>
        _bytes is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_bytes, _start, _end - _start);

    /// <exception cref="ArgumentOutOfRangeException">They are no positions in <see cref="Unconsumed"/>.</exception>
    public void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_bytes is null)
            return;
        var (start, seen) = (consumed.GetInteger(), examined.GetInteger());
        if (start < _start || seen < start || seen > _end)
            throw new ArgumentOutOfRangeException(nameof(consumed), "not a position in what was read last");
        (_start, _examined) = (start, seen);
        ReturnWhereEmpty();
    }

    /// <summary>Makes room for more.</summary>
    /// <param name="maxBytes">That may be held.</param>
    /// <param name="room">Where they go.</param>
    /// <returns>False where so much is held.</returns>
    public bool TryMakeRoom(int maxBytes, out Span<byte> room)
    {
        var held = _end - _start;
        room = default;
        if (_bytes is null || _bytes.Length - _end < MinRoomBytes)
        {
            if (held + MinRoomBytes > maxBytes)
                return false;
            MoveTo(ArrayPool<byte>.Shared.Rent(Math.Max(UsualBytes, held + MinRoomBytes)));
        }

        room = _bytes.AsSpan(_end);
        return true;
    }

    /// <summary>So many have been put into the room that was made; 0 for none.</summary>
    public void Add(int count)
    {
        _end += count;
        ReturnWhereEmpty();
    }

    /// <summary>Holds no more memory than its bytes need: what there is of a line may wait long for the rest.</summary>
    public void Shrink()
    {
        if (_bytes is not null && (_end - _start) * 2 < _bytes.Length)
            MoveTo(ArrayPool<byte>.Shared.Rent(_end - _start));
    }

    public void Clear()
    {
        _start = _examined = _end;
        ReturnWhereEmpty();
    }

    private void ReturnWhereEmpty()
    {
        if (_start == _end)
            Return();
    }

    private void MoveTo(byte[] bytes)
    {
        var (held, examined) = (_end - _start, _examined - _start);
        _bytes.AsSpan(_start, held).CopyTo(bytes);
        Return();
        (_bytes, _examined, _end) = (bytes, examined, held);
    }

    private void Return()
    {
        if (_bytes is not null)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = null;
        _start = _examined = _end = 0;
    }
}
