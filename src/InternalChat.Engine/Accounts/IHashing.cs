namespace InternalChat.Engine.Accounts;

/// <summary>Where passwords are hashed: slow work, bounded, beside everything else.</summary>
internal interface IHashing
{
    /// <summary>Logins that wait for their turn; for people to look at.</summary>
    int Waiting { get; }

    /// <summary>Runs <paramref name="hash"/> when its turn has come.</summary>
    /// <returns>Its result to come, cancelled once hashing has stopped; null where too many wait.</returns>
    Task<TResult>? TryRun<TResult>(Func<TResult> hash);

    /// <summary>Cancels what waits; what is being hashed is finished.</summary>
    void Stop();
}
