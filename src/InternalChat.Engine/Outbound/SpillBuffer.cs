using System.Buffers;

namespace InternalChat.Engine.Outbound;

/// <summary>Bytes that wait while a flush is under way. Rents its memory when first written to, and holds none while empty.</summary>
internal sealed class SpillBuffer : IBufferWriter<byte>
{
    private const int InitialBytes = 1024;

    private byte[]? _bytes;

    public int Length { get; private set; }

    /// <summary>So many of them are messages of a catch-up.</summary>
    public int BacklogLength { get; private set; }

    /// <summary>Whether what is appended now are messages of a catch-up.</summary>
    public bool TakesBacklog { get; set; }

    public void Advance(int count)
    {
        Length += count;
        if (TakesBacklog)
            BacklogLength += count;
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(Length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(Length);
    }

    /// <summary>Moves everything to <paramref name="destination"/> and gives the memory back.</summary>
    public void MoveTo(IBufferWriter<byte> destination)
    {
        destination.Write(_bytes.AsSpan(0, Length));
        Clear();
    }

    public void Clear()
    {
        if (_bytes is not null)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = null;
        (Length, BacklogLength) = (0, 0);
    }

    private void EnsureRoom(int size)
    {
        if (_bytes is not null && _bytes.Length - Length >= size)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(Length * 2, Length + size), InitialBytes));
        if (_bytes is not null)
        {
            _bytes.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
