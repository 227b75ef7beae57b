using InternalChat.Protocol;

namespace InternalChat.Client;

/// <summary>What became of a message.</summary>
public enum SendStatus
{
    /// <summary>The server refused it and nobody gets it; <see cref="SendResult.Error"/> says why.</summary>
    Rejected,

    /// <summary>It is on disk; the recipient gets it later, and a <see cref="MessageDelivered"/> tells when.</summary>
    Queued,

    /// <summary>It is on disk and was handed to the recipient.</summary>
    Delivered,
}

/// <summary>The server's answer to a message. Immutable.</summary>
/// <param name="Status">Which of the three answers it is.</param>
/// <param name="MessageId">The message's id, positive; 0 where it was rejected.</param>
/// <param name="Error">Why it was rejected, for programs; null where it was accepted.</param>
/// <param name="Reason">Why it was rejected, for people; empty where it was accepted.</param>
public readonly record struct SendResult(SendStatus Status, long MessageId, ErrorCode? Error, string Reason)
{
    /// <summary>Whether the message is safely stored.</summary>
    public bool IsAccepted => Status != SendStatus.Rejected;

    internal static SendResult Delivered(long messageId) => new(SendStatus.Delivered, messageId, null, "");

    internal static SendResult Queued(long messageId) => new(SendStatus.Queued, messageId, null, "");

    internal static SendResult Rejected(ErrorCode code, string reason) => new(SendStatus.Rejected, 0, code, reason);
}
