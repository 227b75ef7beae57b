using System.Buffers;

namespace InternalChat.Engine.Outbound;

/// <summary>
/// The right to append whole lines to an <see cref="OutboundQueue"/>. Holds its lock from <see cref="OutboundQueue.Begin"/> until
/// disposed, so keep it short and never await inside.
/// </summary>
internal readonly ref struct FrameScope
{
    private readonly OutboundQueue _owner;

    internal FrameScope(OutboundQueue owner, IBufferWriter<byte>? writer)
    {
        _owner = owner;
        Writer = writer;
    }

    /// <summary>Where the lines go; null if nothing may be appended: sealed, closed or, for what may be dropped, too full.</summary>
    public IBufferWriter<byte>? Writer { get; }

    /// <summary>Notes that the lines appended so far hold the recipient's messages up to this id.</summary>
    public void Holds(long messageId) => _owner.NoteMessage(messageId);

    /// <summary>Nothing may be appended after this: the last line has been written.</summary>
    public void Seal() => _owner.Seal();

    public void Dispose() => _owner.End();
}
