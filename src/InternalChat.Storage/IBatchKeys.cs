namespace InternalChat.Storage;

/// <summary>What the operations of a batch need, made when the store asks for it: one that does not ask pays nothing.</summary>
public interface IBatchKeys
{
    /// <summary>How many operations there are.</summary>
    int Count { get; }

    /// <summary>What one operation needs.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    OperationKeys this[int index] { get; }
}

/// <summary>What one operation of a batch will look up or change.</summary>
/// <param name="AccountId">Whose operation it is: the sender, the reader, who blocks, who logs in or out; 0 if not known by id.</param>
/// <param name="Name">The other user, the account that an operator changes, or a new account's name; null if there is none.</param>
/// <param name="MessageId">The message that is marked as read; 0 for none.</param>
public readonly record struct OperationKeys(long AccountId, string? Name, long MessageId);

/// <summary>An operation that has to wait for a later batch. The store may put it off again, but not for ever.</summary>
/// <param name="Index">Its index in the batch.</param>
/// <param name="Reason">Why, for the operator.</param>
public readonly record struct WaitingOperation(int Index, string Reason);
