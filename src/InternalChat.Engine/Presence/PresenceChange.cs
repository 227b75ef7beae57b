using System.Buffers;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol.Versions;

namespace InternalChat.Engine.Presence;

/// <summary>A user came or went.</summary>
/// <param name="User">Who.</param>
/// <param name="IsOnline">Came, or went.</param>
/// <param name="Sequence">Place in the order of all logins, logouts and changes.</param>
internal readonly record struct PresenceChange(UserSessions User, bool IsOnline, long Sequence)
{
    public long AccountId => User.AccountId;

    /// <summary>Writes the line that tells of it.</summary>
    public void WriteTo(IBufferWriter<byte> frames, WireFormat wire)
    {
        if (IsOnline)
            wire.UserOnline(frames, User.Name);
        else
            wire.UserOffline(frames, User.Name);
    }
}
