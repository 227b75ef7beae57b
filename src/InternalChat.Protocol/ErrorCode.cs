namespace InternalChat.Protocol;

/// <summary>
/// The codes of <c>ERROR &lt;code&gt; &lt;reason&gt;</c>. The code is the contract; the reason is a sentence for people.
/// </summary>
public enum ErrorCode
{
    /// <summary>No code that this version knows (only ever read, never sent).</summary>
    Unknown,

    /// <summary>The line does not parse.</summary>
    BadRequest,

    /// <summary>HELLO named another version than 1.</summary>
    BadVersion,

    /// <summary>The command needs AUTH first.</summary>
    NotAuthenticated,

    /// <summary>AUTH on a connection that has authenticated.</summary>
    AlreadyAuthenticated,

    /// <summary>AUTH with a malformed name.</summary>
    InvalidUsername,

    /// <summary>AUTH with a password that is too short.</summary>
    WeakPassword,

    /// <summary>AUTH with a wrong password.</summary>
    AuthFailed,

    /// <summary>The user has another connection.</summary>
    AlreadyConnected,

    /// <summary>The target name is malformed, or oneself where that makes no sense.</summary>
    InvalidTarget,

    /// <summary>There is no account of the target's name.</summary>
    UnknownTarget,

    /// <summary>The recipient has blocked the sender.</summary>
    Blocked,

    /// <summary>The recipient is away and too many messages of this sender wait for it already; this one was not stored.</summary>
    MailboxFull,

    /// <summary>The body is longer than 4,096 bytes.</summary>
    MessageTooLong,

    /// <summary>Too many messages in the window; this one was not stored.</summary>
    RateLimit,

    /// <summary>There is no message of that id.</summary>
    UnknownMessage,

    /// <summary>READ by somebody who is not the recipient.</summary>
    Forbidden,

    /// <summary>It could not be stored; nobody has seen it; try again.</summary>
    Storage,

    /// <summary>No AUTH in time; the connection is closed.</summary>
    Timeout,

    /// <summary>The connection limit is reached; the connection is closed.</summary>
    ServerFull,

    /// <summary>Too many logins are waiting; try again.</summary>
    Busy,

    /// <summary>Too many failed logins; try again later.</summary>
    AuthThrottled,

    /// <summary>The operator creates accounts; only read, from older servers, and never sent.</summary>
    RegistrationClosed,

    /// <summary>The operator closed the account.</summary>
    Suspended,

    /// <summary>The peer does not read; the connection is closed, messages are kept.</summary>
    SlowConsumer,
}
