namespace InternalChat.Flood.Scenarios.Message;

/// <summary>
/// The messages from one sender to one recipient: their order is what the server promises. What is sent is counted by the thread that
/// sends, what is answered by the one that reads.
/// </summary>
internal sealed class MessageFlow(MessageRecipient recipient)
{
    private HashSet<long>? _rejected;

    internal MessageRecipient Recipient { get; } = recipient;

    internal long Sent { get; private set; }

    /// <summary>Rejected ones included.</summary>
    internal long Answered { get; private set; }

    /// <summary>Sequence numbers of those that the server has not accepted.</summary>
    internal IReadOnlySet<long> Rejected => _rejected ?? (IReadOnlySet<long>)System.Collections.Frozen.FrozenSet<long>.Empty;

    /// <returns>The message's sequence number.</returns>
    internal long Send() => Sent++;

    internal void Acknowledge() => Answered++;

    internal void Reject() => (_rejected ??= []).Add(Answered++);
}
