using InternalChat.Engine.Outbound;
using InternalChat.Protocol;
using InternalChat.Protocol.Versions;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// What arrives for a session while a reader streams it the rest of its mailbox: bounded, encoded, and pushed right behind that
/// stretch. Without it a session whose messages keep coming would never be live again: each stretch leaves another. The writer's.
/// </summary>
/// <param name="wire">How the session speaks.</param>
/// <param name="after">The end of the stretch: what is not newer is streamed.</param>
internal sealed class Arrivals(WireFormat wire, long after)
{
    private const int MaxBytes = 32 * 1024;

    private readonly SpillBuffer _lines = new();
    private HandedOverChunk? _senders;

    /// <summary>More has arrived than is kept: another stretch must follow.</summary>
    public bool HasOverflowed { get; private set; }

    /// <summary>Keeps one message, where it is not part of the stretch.</summary>
    public void Add(long id, long senderId, UserName sender, long createdAt, ReadOnlySpan<byte> body)
    {
        if (HasOverflowed || id <= after)
            return;
        if (_senders is { IsFull: true } || _lines.Length + body.Length + wire.MaxFromOverhead > MaxBytes)
        {
            HasOverflowed = true;
            _lines.Clear();
            _senders?.Release();
            _senders = null;
            return;
        }

        _senders ??= new HandedOverChunk();
        _senders.Add(senderId, id);
        wire.From(_lines, id, sender, createdAt, body);
    }

    /// <summary>Appends all that was kept to the session's outbound queue.</summary>
    /// <returns>Whose messages they were, for their receipts; null where there were none, or nothing may be appended any more.</returns>
    public HandedOverChunk? MoveTo(OutboundQueue outbound)
    {
        if (_senders is null)
            return null;
        using var scope = outbound.Begin();
        if (scope.Writer is not { } writer)
            return null;
        _lines.MoveTo(writer);
        scope.Holds(_senders[_senders.Count - 1].MessageId);
        return _senders;
    }
}
