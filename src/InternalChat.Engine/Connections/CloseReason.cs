namespace InternalChat.Engine.Connections;

/// <summary>Why a connection ended. The first reason given is the one that counts.</summary>
internal enum CloseReason
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>The client said QUIT.</summary>
    Quit,

    /// <summary>The peer shut down its sending side, or closed.</summary>
    PeerClosed,

    /// <summary>The transport failed.</summary>
    ConnectionLost,

    /// <summary>A line longer than the limit.</summary>
    LineTooLong,

    /// <summary>An HTTP client knocked at the wrong door.</summary>
    NotChat,

    /// <summary>No AUTH in time.</summary>
    AuthTimeout,

    /// <summary>As many failed logins as a connection may have.</summary>
    FailedLogins,

    /// <summary>A connection limit was reached.</summary>
    ServerFull,

    /// <summary>It had not logged in, and its place went to another connection.</summary>
    MadeRoom,

    /// <summary>Too much waited for a peer that does not read.</summary>
    SlowConsumer,

    /// <summary>The peer stopped answering TCP.</summary>
    PeerVanished,

    /// <summary>The log could not be read, so the session's messages could not be delivered.</summary>
    LogUnreadable,

    /// <summary>The server stops, or is being drained.</summary>
    ServerShutdown,

    /// <summary>The operator closed the connection.</summary>
    Kicked,

    /// <summary>The operator suspended or deleted the account.</summary>
    AccountClosed,
}
