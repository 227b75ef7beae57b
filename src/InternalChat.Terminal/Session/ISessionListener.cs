using InternalChat.Client;

namespace InternalChat.Terminal.Session;

/// <summary>Hears what becomes of the connection. Called on the program's one thread.</summary>
internal interface ISessionListener
{
    /// <summary>Logged in.</summary>
    /// <param name="client">What commands go through from now on.</param>
    /// <param name="outcome">Whether the account is new.</param>
    /// <param name="again">Whether there was a connection before.</param>
    void Connected(ChatClient client, AuthenticationOutcome outcome, bool again);

    /// <summary>The server said something.</summary>
    void Happened(ServerEvent happened);

    /// <summary>There is no connection; the next attempt is made after the delay.</summary>
    void Waiting(string reason, TimeSpan delay);

    /// <summary>There is no connection and will be none.</summary>
    void Ended(string reason);
}
