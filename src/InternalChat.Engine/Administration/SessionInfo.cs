using System.Net;

namespace InternalChat.Engine.Administration;

/// <summary>How a session gets its messages.</summary>
public enum SessionState
{
    /// <summary>A reader streams the log to it.</summary>
    CatchingUp,

    /// <summary>The writer pushes to it.</summary>
    Live,

    /// <summary>It ends; the peer may still take what is owed to it.</summary>
    Closing,
}

/// <summary>One session at the moment of asking.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Address">Where the peer is; null where the transport has no address.</param>
/// <param name="ConnectedAt">When the connection was accepted, in UTC.</param>
/// <param name="State">How it gets its messages.</param>
/// <param name="WaitingBytes">Bytes for the peer that its connection has not taken, without what the operating system holds.</param>
/// <param name="MessagesSent">Messages of the user that were stored since it connected.</param>
/// <param name="MessagesReceived">Messages that were sent to the user since it connected.</param>
public sealed record SessionInfo(
    string User,
    IPAddress? Address,
    DateTimeOffset ConnectedAt,
    SessionState State,
    long WaitingBytes,
    long MessagesSent,
    long MessagesReceived);
