using InternalChat.Engine.Passwords;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Writing;

namespace InternalChat.Engine;

/// <summary>
/// What runs the engine. Together with the <see cref="TimeProvider"/> and the connections it decides everything about what happens before
/// what: the server has threads, a simulation has one thread and a seed.
/// </summary>
/// <remarks>
/// The rest follows its awaits: they go on in the <see cref="SynchronizationContext"/> in which they began; the server has none, and they
/// go on on the pool. So nothing else in the engine makes a thread, uses the pool, leaves the context or draws random numbers that decide
/// an order; an architecture test holds that. Disposing this ends the writer first, when all that its completed queue has accepted is
/// done, then the others.
/// </remarks>
internal interface IEngineThreads : IAsyncDisposable
{
    /// <summary>How many threads tables expect at the same time; null for as many as there are processors.</summary>
    int? Concurrency { get; }

    /// <summary>Decides orders that are to be random. Any thread.</summary>
    Random Random { get; }

    IReaders Readers { get; }

    IHashing Hashing { get; }

    /// <summary>Starts everything, the writer last. If it fails, nothing runs and nothing is open.</summary>
    void Start(SingleWriter writer);
}
