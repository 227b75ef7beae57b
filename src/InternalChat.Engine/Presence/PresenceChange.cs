using System.Buffers;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol.Writing;

namespace InternalChat.Engine.Presence;

/// <summary>A user came or went.</summary>
/// <param name="Session">The session by which it did.</param>
/// <param name="IsOnline">Came, or went.</param>
/// <param name="Sequence">Place in the order of all logins, logouts and changes.</param>
internal readonly record struct PresenceChange(Session Session, bool IsOnline, long Sequence)
{
    public long AccountId => Session.AccountId;

    /// <summary>Writes the line that tells of it.</summary>
    public void WriteTo(IBufferWriter<byte> frames)
    {
        if (IsOnline)
            ServerFrames.UserOnline(frames, Session.UserName);
        else
            ServerFrames.UserOffline(frames, Session.UserName);
    }
}
