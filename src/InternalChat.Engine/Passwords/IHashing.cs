using InternalChat.Engine.Connections;

namespace InternalChat.Engine.Passwords;

/// <summary>Where passwords are hashed: slow work, bounded, beside everything else.</summary>
internal interface IHashing
{
    /// <summary>Logins that wait for their turn; for people to look at.</summary>
    int Waiting { get; }

    /// <summary>Runs <paramref name="hash"/> when its turn has come.</summary>
    /// <param name="network">Who waits for it; the default for whoever has no address.</param>
    /// <param name="rank">Before whom it goes.</param>
    /// <param name="hash">What to run.</param>
    /// <param name="cancellation">Nobody wants the result: what waits is dropped at once, what is being hashed is finished.</param>
    /// <returns>Its result, or that too many wait; cancelled once hashing has stopped, or by whoever asked.</returns>
    Task<Hashed<TResult>> RunAsync<TResult>(
        PeerNetwork network, HashingRank rank, Func<TResult> hash, CancellationToken cancellation = default);

    /// <summary>Cancels what waits; what is being hashed is finished.</summary>
    void Stop();
}

/// <summary>What became of work for the hashing threads.</summary>
/// <param name="IsBusy">It was not done, because too much waits.</param>
/// <param name="Result">What it came to.</param>
internal readonly record struct Hashed<TResult>(bool IsBusy, TResult? Result);
