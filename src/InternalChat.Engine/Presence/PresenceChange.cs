using InternalChat.Engine.Sessions;

namespace InternalChat.Engine.Presence;

/// <summary>A user came or went.</summary>
/// <param name="Session">The session by which it did.</param>
/// <param name="IsOnline">Came, or went.</param>
/// <param name="Sequence">Place in the order of all logins, logouts and changes.</param>
internal readonly record struct PresenceChange(Session Session, bool IsOnline, long Sequence);
