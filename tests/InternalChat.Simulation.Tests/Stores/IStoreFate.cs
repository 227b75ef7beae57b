namespace InternalChat.Simulation.Tests.Stores;

/// <summary>How one commit ends.</summary>
internal enum CommitFate
{
    Stored,
    NotStored,

    /// <summary>It is durable, and whoever asked never hears of it.</summary>
    StoredUnknown,

    /// <summary>It is not durable, and whoever asked never hears of it.</summary>
    NotStoredUnknown,
    Fenced,
}

/// <summary>What happens to a store while it works: the run's faults, chosen by the seed.</summary>
internal interface IStoreFate
{
    /// <summary>
    /// A place between two steps of the writer's work: others may be faster there, and the process may end there.
    /// </summary>
    /// <returns>Whether the store answers.</returns>
    bool Passes(string place);

    /// <summary>The same for a reader.</summary>
    bool ReaderPasses(string place);

    /// <summary>How the commit under way will end.</summary>
    CommitFate NextCommit();

    /// <summary>The disk takes its time.</summary>
    void WaitForDisk();

    /// <summary>So many messages at most are handed over by a call of a reader.</summary>
    int NextSlice();

    /// <summary>True with this probability.</summary>
    bool Chance(double probability);

    /// <summary>The engine has broken the port's contract, or a promise that the store can see.</summary>
    void Fail(string rule, string what);

    void Trace(string what);
}
