namespace InternalChat.Client;

/// <summary>How one got in.</summary>
public enum AuthenticationOutcome
{
    /// <summary>The account existed and the password is right.</summary>
    Authenticated,

    /// <summary>The name was new; the account was created with the password.</summary>
    Registered,
}
