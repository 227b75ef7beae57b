namespace InternalChat.Storage;

/// <summary>
/// The two ends of what waits for a recipient: its pending messages have ids in (<see cref="DeliveredThrough"/>,
/// <see cref="LastMessageId"/>].
/// </summary>
/// <param name="LastMessageId">The newest message for this account; 0 if there is none.</param>
/// <param name="DeliveredThrough">Messages up to this id have been delivered; 0 at first.</param>
public readonly record struct Mailbox(long LastMessageId, long DeliveredThrough);
