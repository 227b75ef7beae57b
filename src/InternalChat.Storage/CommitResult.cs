namespace InternalChat.Storage;

/// <summary>What became of a batch.</summary>
public enum CommitOutcome
{
    /// <summary>It is durable and visible.</summary>
    Stored,

    /// <summary>It is not stored and never will be, and is rolled back; the next batch may be stored.</summary>
    NotStored,

    /// <summary>It is not stored, and nothing that this process sends ever will be: the store has given it up.</summary>
    Fenced,
}

/// <summary>What became of a batch, and why.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Failure">Why it is not stored, for the operator; empty if it is.</param>
public readonly record struct CommitResult(CommitOutcome Outcome, string Failure = "");
