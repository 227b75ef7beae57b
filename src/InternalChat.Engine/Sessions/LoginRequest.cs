using InternalChat.Engine.Passwords;
using InternalChat.Protocol;

namespace InternalChat.Engine.Sessions;

/// <summary>How a login ended at the writer.</summary>
internal enum LoginOutcome
{
    /// <summary>The user is online.</summary>
    Authenticated,

    /// <summary>The account was created and the user is online.</summary>
    Registered,

    /// <summary>Another connection has the user.</summary>
    AlreadyConnected,

    /// <summary>
    /// The account was created, or changed by the operator, since it was looked up: that is to be done anew. Or it was to be created for
    /// a peer that is gone.
    /// </summary>
    Stale,

    /// <summary>The account could not be stored.</summary>
    NotStored,
}

/// <summary>A login whose password was verified, or that is to create its account.</summary>
/// <param name="UserName">Who logs in.</param>
/// <param name="AccountId">The account; 0 if it is to be created.</param>
/// <param name="NewPasswordHash">The hash of an account that is to be created.</param>
/// <param name="Password">Recognises the password at the next login.</param>
/// <param name="Revision">The newest change of accounts that the verification has taken into account.</param>
/// <param name="NetworkToNote">What the account will know the network by that it comes from; null if it does.</param>
internal sealed record LoginRequest(
    UserName UserName, long AccountId, string? NewPasswordHash, PasswordFingerprint Password = default, long Revision = 0,
    long? NetworkToNote = null)
{
    /// <summary>Completes when the login is visible, or refused. The reply has been appended if it succeeded.</summary>
    public TaskCompletionSource<LoginOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
