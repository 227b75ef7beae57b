using InternalChat.Protocol;

namespace InternalChat.Client;

/// <summary>Something that the server says without being asked. Immutable, safe from any thread.</summary>
public abstract record ServerEvent;

/// <summary><c>FROM</c>: a message for this user.</summary>
/// <param name="Message">
/// The message. After a crash of the server, or a broken connection, one may come a second time with the same id.
/// </param>
public sealed record MessageReceived(ChatMessage Message) : ServerEvent;

/// <summary><c>DELIVERED</c>: a message of this user that was queued, maybe on an earlier connection, has been handed over.</summary>
/// <param name="MessageId">The message.</param>
public sealed record MessageDelivered(long MessageId) : ServerEvent;

/// <summary><c>READ</c>: the recipient has read a message of this user.</summary>
/// <param name="MessageId">The message.</param>
/// <param name="Reader">Who read it.</param>
public sealed record MessageRead(long MessageId, UserName Reader) : ServerEvent;

/// <summary><c>INFO user_online</c>: somebody else came.</summary>
/// <param name="User">Who.</param>
public sealed record UserCameOnline(UserName User) : ServerEvent;

/// <summary><c>INFO user_offline</c>: somebody else went.</summary>
/// <param name="User">Who.</param>
public sealed record UserWentOffline(UserName User) : ServerEvent;

/// <summary><c>INFO notice</c>: the operator speaks to everybody.</summary>
/// <param name="Text">What the operator says; control characters are the reader's to make harmless.</param>
public sealed record NoticeReceived(string Text) : ServerEvent;

/// <summary><c>INFO server_shutdown</c>: the server is about to close all connections in good order.</summary>
public sealed record ServerShuttingDown : ServerEvent;

/// <summary>A line of a later version of the protocol, which may be ignored.</summary>
/// <param name="Line">The whole line; control characters are the reader's to make harmless.</param>
public sealed record UnknownFrameReceived(string Line) : ServerEvent;

/// <summary>The connection has ended. Always the last event.</summary>
/// <param name="Reason">Why, for programs.</param>
/// <param name="Description">Why, in a sentence for people.</param>
/// <param name="Error">What the server said before it closed; null where it said nothing.</param>
public sealed record Disconnected(DisconnectReason Reason, string Description, ErrorCode? Error = null) : ServerEvent;

/// <summary>Why a connection ended.</summary>
public enum DisconnectReason
{
    /// <summary>This side said QUIT and the server agreed.</summary>
    Quit,

    /// <summary>The server closed the connection, maybe after a shutdown notice or an error.</summary>
    ClosedByServer,

    /// <summary>The network broke.</summary>
    ConnectionLost,

    /// <summary>The peer does not speak this protocol, or broke it.</summary>
    ProtocolViolation,

    /// <summary>The client was disposed of.</summary>
    Disposed,
}
